/** The commands of fixtures/peer.ts, which answers each with one message. */
export type Command =
  | { readonly do: 'open sender'; readonly fd: number }
  | { readonly do: 'send'; readonly times?: number }
  | { readonly do: 'close sender' }
  /** Answers when the sender is told that its receiver is gone. */
  | { readonly do: 'await disconnect' }
  /** Answers with the numbers of the vector fds. */
  | { readonly do: 'open receiver'; readonly vectors: readonly number[] }
  | { readonly do: 'waitSync'; readonly timeout?: number }
  | { readonly do: 'wait' }
  /** Answers each of `times` interrupts with a post of its sender. */
  | { readonly do: 'echo'; readonly times: number }
  | { readonly do: 'close receiver' }
  /** Answers with `going`, then exits. Its sender posts just before. */
  | { readonly do: 'send and exit' }
  | { readonly do: 'exit' };

export type Reply =
  number | string | readonly number[] | null | { readonly code: string; readonly message: string };
