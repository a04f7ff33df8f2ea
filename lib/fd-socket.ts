import { checkInteger, checkTimeout, invalidType } from './arguments.js';
import { binding, type NativeFdSocket } from './binding.js';
import { closedError } from './errors.js';

export interface FdMessage {
  readonly data: Buffer;
  /** Descriptors that came with the message, close-on-exec. They are the caller's to close. */
  readonly fds: readonly number[];
}

// See SLEEP_SLICE_MS in receiver.ts: terminating a worker takes effect between two slices.
const SLICE_MS = 50;

/**
 * A Unix socket (`SOCK_SEQPACKET`) that passes file descriptors with a little data (`SCM_RIGHTS`):
 * what Node itself has no way to do. It brings a vector fd to a process that is there already.
 */
export class FdSocket implements Disposable {
  readonly #native: NativeFdSocket;
  #closed = false;

  /** Two connected sockets: pass the `fd` of one to a child by `stdio`, then close it here. */
  static pair(): [FdSocket, FdSocket] {
    const [first, second] = binding().openFdSocketPair();
    return [new FdSocket(first), new FdSocket(second)];
  }

  /** @param fd a connected Unix socket, as inherited from a parent; this object's from now on. */
  constructor(fd: number | NativeFdSocket) {
    this.#native =
      typeof fd === 'object' ? fd : binding().openFdSocket(checkInteger('fd', fd, 0, 2 ** 31 - 1));
  }

  /** -1 once closed. */
  get fd(): number {
    return this.#closed ? -1 : this.#native.fd;
  }

  /**
   * Sends one message: `sendmsg`. The descriptors stay the caller's; the peer gets duplicates.
   *
   * @throws {UintrError} `EAGAIN` while the peer does not read, `EPIPE` when it is gone.
   */
  send(data: string | Uint8Array, fds: readonly number[] = []): void {
    this.#checkOpen();
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array)) {
      throw invalidType('data', 'a string or a Uint8Array', data);
    }
    // An empty message could not be told from the end of the stream.
    checkInteger('data.length', bytes.length, 1, 64 * 1024);
    fds.forEach((fd, index) => checkInteger(`fds[${index}]`, fd, 0, 2 ** 31 - 1));
    this.#native.send(bytes, fds);
  }

  /**
   * Receives one message, and blocks this thread until there is one: `poll`, `recvmsg`. Null when
   * the peer is gone, undefined on timeout.
   *
   * @param timeoutMs milliseconds; for ever when left out.
   */
  receiveSync(timeoutMs?: number): FdMessage | null | undefined {
    const timeout = timeoutMs === undefined ? Infinity : checkTimeout('timeoutMs', timeoutMs);
    this.#checkOpen();
    const deadline = performance.now() + timeout;
    for (;;) {
      const left = Math.max(deadline - performance.now(), 0);
      const message = this.#native.receive(Math.min(Math.ceil(left), SLICE_MS));
      if (message !== undefined) {
        return message.data.length === 0 && message.fds.length === 0 ? null : message;
      }
      if (left === 0) return undefined;
    }
  }

  /** Closing twice is fine. */
  close(): void {
    this.#closed = true;
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError('socket');
  }
}
