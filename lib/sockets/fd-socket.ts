/** Unix sockets that pass file descriptors. */

import { types } from 'node:util';
import { checkAddress, checkFd, checkOptions, checkTimeout } from '../internal/arguments.js';
import {
  binding,
  type NativeFdSocket,
  type OwnedFd,
  type SocketType,
} from '../internal/binding.js';
import { now } from '../internal/clock.js';
import {
  checkWaitOptions,
  Deadline,
  SLEEP_SLICE_MS,
  type Waiter,
  type WaitOptions,
} from '../internal/deadline.js';
import { dispose } from '../internal/dispose.js';
import { closedError, hasCode } from '../internal/errors.js';
import { Iteration } from '../internal/iteration.js';
import {
  checkData,
  checkFds,
  checkReceive,
  checkType,
  type Credentials,
  type FdMessage,
  type FdSocketOptions,
  MAX_FDS,
  MAX_MESSAGE,
  type ReceiveOptions,
} from './fd-socket-options.js';

/**
 * Receives descriptors that stay the socket's: for handshakes. Nobody else may hold the socket, and
 * it has to be closed after a failure. @internal
 */
export const receiveHeld = Symbol('receiveHeld');

/**
 * The pause while a listener's queue is full: there is nothing to poll for (connect(2), EAGAIN).
 */
const CONNECT_RETRY_MS = 5;

/**
 * A Unix socket that passes file descriptors with a little data (`SCM_RIGHTS`), which Node itself
 * cannot do. The other end can be any program, such as one that calls Python's `socket.send_fds`
 * and `recv_fds`.
 *
 * This process buffers nothing: what is not received stays in the kernel, until its buffer is full
 * and the other end has to wait.
 */
export class FdSocket implements AsyncIterable<FdMessage>, Disposable {
  /** The type of the socket: `seqpacket` keeps messages apart, `stream` does not. */
  readonly type: SocketType;
  readonly #native: NativeFdSocket;
  readonly #readers = new Set<Waiter<undefined>>();
  readonly #writers = new Set<Waiter<undefined>>();
  #sending: Promise<unknown> | undefined;
  #refed = true;
  #closed = false;

  /**
   * Makes two connected sockets: socketpair(2). Pass the `fd` of one to a child by `stdio`, then
   * close it here.
   *
   * @throws {UintrError} `EMFILE`.
   */
  static pair(options: FdSocketOptions = {}): [FdSocket, FdSocket] {
    checkOptions('options', options);
    const [first, second] = binding().openFdSocketPair(checkType(options.type));
    return [new FdSocket(first), new FdSocket(second)];
  }

  /**
   * Connects to a listening socket: connect(2). Waits while the listener's queue is full.
   *
   * Rejects with `ENOENT`, `ECONNREFUSED`, `EACCES`, `EPROTOTYPE` (the listener is of the other
   * type), `ENAMETOOLONG`, `ERR_UINTR_TIMEOUT`, or the signal's reason.
   *
   * @param address a path of at most 107 bytes, or as in Node's `net` an abstract name after a NUL:
   * `'\0name'`.
   */
  static async connect(
    address: string,
    options: FdSocketOptions & WaitOptions = {},
  ): Promise<FdSocket> {
    checkAddress('address', address);
    const type = checkType(options.type);
    return connectWith(
      new Deadline('connecting', checkWaitOptions('options', options)),
      address,
      type,
    );
  }

  /**
   * Takes over a descriptor, such as one inherited from a parent.
   *
   * @param fd a connected Unix socket, `SOCK_SEQPACKET` or `SOCK_STREAM`; this object's from now
   * on.
   * @throws {UintrError} `EBADF`, `ENOTSOCK`, `EAFNOSUPPORT`, `EPROTOTYPE` for another descriptor,
   * which stays the caller's.
   */
  constructor(fd: number);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- users see the first one alone
  constructor(fd: number | OwnedFd);
  constructor(fd: number | OwnedFd) {
    this.#native = binding().openFdSocket(isOwned(fd) ? fd : checkFd('fd', fd), {
      self: this,
      onReady: (readable, writable) => {
        if (readable) resolveAll(this.#readers);
        if (writable) resolveAll(this.#writers);
        this.#updateWatch();
      },
    });
    this.type = this.#native.type;
  }

  /** The descriptor; -1 once closed. */
  get fd(): number {
    return this.#closed ? -1 : this.#native.fd;
  }

  /** The process at the other end. For a pair it is this process. */
  get peer(): Credentials {
    this.#checkOpen();
    return this.#native.peer();
  }

  /**
   * Returns a pidfd of the peer (`SO_PEERPIDFD`), the caller's to close. Unlike `peer.pid` it can
   * never come to mean another process. Undefined before Linux 6.5.
   *
   * @throws {UintrError} `ERR_UINTR_CLOSED`, `EMFILE`, or another error of getsockopt(2).
   */
  peerPidFd(): number | undefined {
    this.#checkOpen();
    return this.#native.peerPidFd();
  }

  /**
   * Sends without waiting: sendmsg(2). Returns how many bytes were taken: all of them, except for a
   * `stream` whose buffer is full.
   *
   * @param data 1 to 65,536 bytes, or a string that is sent as UTF-8.
   * @param fds at most 253 descriptors. They stay the caller's; the peer gets duplicates.
   * @throws {UintrError} `EAGAIN` while the peer does not read, `EPIPE` when it is gone, `EBADF`,
   * `EMSGSIZE`, `ETOOMANYREFS` (too many descriptors are in flight), `EPERM` when the peer takes no
   * descriptors, `ERR_UINTR_CLOSED`.
   */
  send(data: string | Uint8Array, fds: readonly number[] = []): number {
    this.#checkOpen();
    return this.#native.send(checkData(data), checkFds(fds));
  }

  /**
   * Sends as `send()` does, but waits for room until all is sent. Calls are served one after the
   * other. Keep the descriptors open, and the data as it is, until the promise settles. On a
   * `stream` a call that is given up may have sent a part.
   *
   * Rejects as `send()` throws, except for `EAGAIN`, with `ERR_UINTR_TIMEOUT`, or with the signal's
   * reason.
   */
  async sendAll(
    data: string | Uint8Array,
    fds: readonly number[] = [],
    options: WaitOptions = {},
  ): Promise<void> {
    const bytes = checkData(data);
    const passed = [...checkFds(fds)];
    const deadline = new Deadline('sending', checkWaitOptions('options', options), this.#refed);
    const others = this.#sending;
    const sent = this.#sendAll(bytes, passed, deadline, others);
    // A call that gives up leaves the queue, without letting later calls overtake earlier ones.
    const all = Promise.allSettled([others, sent]).then(() => {
      if (this.#sending === all) this.#sending = undefined;
    });
    this.#sending = all;
    return sent;
  }

  /**
   * Resolves with the next message, or with null when the peer is gone: recvmsg(2). An empty
   * message on a `seqpacket` socket looks like the latter.
   *
   * Rejects with `EMSGSIZE` for a longer message and `ERR_UINTR_TOO_MANY_FDS` for more descriptors:
   * the message is gone then, and so are its descriptors. Rejects with `EMFILE` when this process
   * has not twice as many left as the message brings: it stays then, and can be received later.
   * `ECONNRESET` says that the peer went without reading all that it was sent; what it
   * had sent itself can still be received. Rejects with `ERR_UINTR_TIMEOUT`, the signal's reason,
   * or `ERR_UINTR_CLOSED` as well.
   */
  receive(options: ReceiveOptions = {}): Promise<FdMessage | null> {
    return this.#receive(options, false);
  }

  /** @internal */
  [receiveHeld](options: ReceiveOptions): Promise<FdMessage | null> {
    return this.#receive(options, true);
  }

  /** @param hold whether descriptors stay the socket's, which closes them with itself. */
  async #receive(options: ReceiveOptions, hold: boolean): Promise<FdMessage | null> {
    const waitOptions = checkWaitOptions('options', options);
    const deadline = new Deadline('receiving', waitOptions, this.#refed);
    const { maxBytes, maxFds } = checkReceive(options);
    deadline.throwIfAborted();
    let timeout: unknown;
    for (;;) {
      this.#checkOpen();
      const message = hold
        ? this.#native.receiveHeld(maxBytes, maxFds)
        : this.#native.receive(maxBytes, maxFds);
      if (message !== undefined) return endToNull(message);
      if (timeout !== undefined) throw timeout as Error;
      try {
        await this.#ready(this.#readers, deadline);
      } catch (error) {
        if (!hasCode(error, 'ERR_UINTR_TIMEOUT')) throw error;
        // Timers run before the loop looks at sockets: where the loop is late, a message can have
        // been there before the time was up. So one more look.
        timeout = error;
      }
    }
  }

  /** Yields the messages, each by a `receive()`, until the peer is gone or this end is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<FdMessage, void, undefined> {
    return new Iteration((options) => this.receive(options));
  }

  /**
   * Receives one message, and blocks this thread until there is one: poll(2), recvmsg(2). Returns
   * null when the peer is gone, undefined on timeout.
   *
   * @param timeoutMs milliseconds; forever when left out. 0 does not block.
   * @throws {UintrError} as `receive()` rejects.
   */
  receiveSync(timeoutMs?: number): FdMessage | null | undefined {
    const timeout = checkTimeout('timeoutMs', timeoutMs) ?? Infinity;
    this.#checkOpen();
    const deadline = now() + timeout;
    for (;;) {
      const left = Math.max(deadline - now(), 0);
      this.#native.waitReadable(Math.min(Math.ceil(left), SLEEP_SLICE_MS));
      const message = this.#native.receive(MAX_MESSAGE, MAX_FDS);
      if (message !== undefined) return endToNull(message);
      if (left === 0) return undefined;
    }
  }

  /**
   * Keeps the process alive while there is a wait for a message or for room: the default. The timer
   * of a wait's timeout does so only if `ref()` held when the wait began.
   */
  ref(): this {
    this.#refed = true;
    this.#updateWatch();
    return this;
  }

  /** Lets the process end in spite of waits. */
  unref(): this {
    this.#refed = false;
    this.#updateWatch();
    return this;
  }

  /**
   * Closes the socket: another thread does so shortly afterwards, because messages that were not
   * received can bring descriptors whose end takes time. Waits reject with `ERR_UINTR_CLOSED`.
   * Closing twice is fine.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#native.close();
    for (const waiter of [...this.#readers, ...this.#writers]) waiter.reject(closedError('socket'));
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }

  async #sendAll(
    data: Uint8Array,
    fds: readonly number[],
    deadline: Deadline,
    others: Promise<unknown> | undefined,
  ): Promise<void> {
    deadline.throwIfAborted();
    if (others !== undefined) await deadline.waitFor(others);
    for (let sent = 0; ;) {
      this.#checkOpen();
      try {
        // The descriptors go with the first byte.
        sent += this.#native.send(data.subarray(sent), sent === 0 ? fds : []);
        if (sent === data.length) return;
      } catch (error) {
        if (!hasCode(error, 'EAGAIN')) throw error;
      }
      await this.#ready(this.#writers, deadline);
    }
  }

  /** Waits until the socket may be ready; the caller tries again, and waits again if it is not. */
  #ready(waiters: Set<Waiter<undefined>>, deadline: Deadline): Promise<undefined> {
    return deadline.wait<undefined>((waiter) => {
      waiters.add(waiter);
      this.#updateWatch();
      return () => {
        if (waiters.delete(waiter)) this.#updateWatch();
      };
    });
  }

  #updateWatch(): void {
    if (this.#closed) return;
    this.#native.poll(this.#readers.size > 0, this.#writers.size > 0, this.#refed);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError('socket');
  }
}

/** Does the work of `FdSocket.connect()` within a deadline for more than that. */
export async function connectWith(
  deadline: Deadline,
  address: string,
  type: SocketType = 'seqpacket',
): Promise<FdSocket> {
  deadline.throwIfAborted();
  for (;;) {
    try {
      return new FdSocket(binding().connectFdSocket(address, type));
    } catch (error) {
      if (!hasCode(error, 'EAGAIN')) throw error;
    }
    await deadline.sleep(CONNECT_RETRY_MS);
  }
}

function resolveAll(waiters: Set<Waiter<undefined>>): void {
  const all = [...waiters];
  waiters.clear(); // first, so that not each of them updates the poll
  for (const { resolve } of all) resolve(undefined);
}

const isOwned = (fd: unknown): fd is OwnedFd => types.isExternal(fd);

const endToNull = (message: FdMessage): FdMessage | null =>
  message.data.length === 0 && message.fds.length === 0 ? null : message;
