/** What a test can ask of fixtures/peer.ts; each is answered by one message. */
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
  /** Answers so many interrupts with one of its sender's each. */
  | { readonly do: 'echo'; readonly times: number }
  | { readonly do: 'close receiver' }
  /** Answers with `going`, then exits; a sender sends just before. */
  | { readonly do: 'send and exit' }
  | { readonly do: 'exit' };

export type Reply =
  number | string | readonly number[] | null | { readonly code: string; readonly message: string };
