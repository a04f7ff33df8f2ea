import { types } from 'node:util';
import {
  checkAddress,
  checkFd,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkTimeout,
  invalidType,
  isArray,
} from '../internal/arguments.js';
import {
  binding,
  type NativeFdSocket,
  type OwnedFd,
  type SocketType,
} from '../internal/binding.js';
import { closedError, hasCode } from '../internal/errors.js';
import { checkWaitOptions, Patience, type WaitOptions } from '../internal/waiting.js';

export interface FdMessage {
  /** Empty only if nothing but descriptors came. */
  readonly data: Buffer;
  /**
   * Descriptors that came with the message, close-on-exec. They are the caller's to close; a worker
   * that is terminated before leaves them open in its process.
   */
  readonly fds: readonly number[];
}

/** The process at the other end when the connection was made (`SO_PEERCRED`). */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export interface FdSocketOptions {
  /**
   * `seqpacket` (the default) keeps messages apart: one `send` is one `receive`. `stream` is for
   * programs that use `SOCK_STREAM`: data comes in chunks of any size, each descriptor with a chunk
   * that holds data of the `send` it came with.
   */
  readonly type?: SocketType;
}

export interface ReceiveOptions extends WaitOptions {
  /** The longest message, or chunk of a stream, in bytes. Default: 65,536. */
  readonly maxBytes?: number;
  /** How many descriptors one message may bring. Default: 253, as many as the kernel allows. */
  readonly maxFds?: number;
}

/** An option for connection.ts alone: descriptors received are the socket's, which closes them. */
export const holdFds = Symbol('holdFds');
interface Holding {
  readonly [holdFds]?: boolean;
}

/** Of one message here; unix(7) bounds it by the send buffer. */
const MAX_MESSAGE = 64 * 1024;
/** net/scm.h, SCM_MAX_FD. */
const MAX_FDS = 253;
/** While a listener's queue is full there is nothing to poll for (connect(2), EAGAIN). */
const CONNECT_RETRY_MS = 5;
// See SLEEP_SLICE_MS in receiver.ts: terminating a worker takes effect between two slices.
const SLICE_MS = 50;

const TYPES: readonly SocketType[] = ['seqpacket', 'stream'];

export const checkType = (type: unknown = 'seqpacket'): SocketType =>
  checkOneOf('options.type', type, TYPES);

/**
 * A Unix socket that passes file descriptors with a little data (`SCM_RIGHTS`): what Node itself
 * has no way to do. The other end can be any program, such as one that calls Python's
 * `socket.send_fds` and `recv_fds`.
 *
 * Nothing is buffered in this process: what nobody receives stays in the kernel, and then the
 * other end has to wait.
 */
export class FdSocket implements AsyncIterable<FdMessage>, Disposable {
  readonly type: SocketType;
  readonly #native: NativeFdSocket;
  readonly #readers = new Set<Waiter>();
  readonly #writers = new Set<Waiter>();
  #sending: Promise<unknown> | undefined;
  #refed = true;
  #closed = false;

  /** Two connected sockets: pass the `fd` of one to a child by `stdio`, then close it here. */
  static pair(options: FdSocketOptions = {}): [FdSocket, FdSocket] {
    checkOptions('options', options);
    const [first, second] = binding().openFdSocketPair(checkType(options.type));
    return [new FdSocket(first), new FdSocket(second)];
  }

  /**
   * Connects to a listening socket: `connect`. Waits while the listener's queue is full.
   *
   * @param address a path, or an abstract name after a NUL, as in Node's `net`: `'\0name'`.
   * @throws {UintrError} `ENOENT`, `ECONNREFUSED`, `EACCES`, `EPROTOTYPE` (the listener is of the
   * other type), `ENAMETOOLONG` (107 bytes at the most), or `ERR_UINTR_TIMEOUT`.
   */
  static async connect(
    address: string,
    options: FdSocketOptions & WaitOptions = {},
  ): Promise<FdSocket> {
    checkAddress('address', address);
    const type = checkType(options.type);
    return connectWith(
      new Patience('connecting', checkWaitOptions('options', options)),
      address,
      type,
    );
  }

  /**
   * @param fd a connected Unix socket, `SOCK_SEQPACKET` or `SOCK_STREAM`, as inherited from a
   * parent; this object's from now on.
   * @throws {UintrError} `EBADF`, `ENOTSOCK`, `EAFNOSUPPORT`, `EPROTOTYPE` for another descriptor,
   * which stays the caller's.
   */
  constructor(fd: number | OwnedFd) {
    this.#native = binding().openFdSocket(isOwned(fd) ? fd : checkFd('fd', fd), {
      self: this,
      onReady: (readable, writable) => {
        if (readable) wake(this.#readers);
        if (writable) wake(this.#writers);
        this.#updateWatch();
      },
    });
    this.type = this.#native.type;
  }

  /** -1 once closed. */
  get fd(): number {
    return this.#closed ? -1 : this.#native.fd;
  }

  /** Who is at the other end. Of a pair it is this process. */
  get peer(): Credentials {
    this.#checkOpen();
    return this.#native.peer();
  }

  /**
   * A pidfd of the peer (`SO_PEERPIDFD`), which unlike `peer.pid` can never come to mean another
   * process. It is the caller's to close. Undefined before Linux 6.5.
   */
  peerPidFd(): number | undefined {
    this.#checkOpen();
    return this.#native.peerPidFd();
  }

  /**
   * Sends without waiting: `sendmsg`. The descriptors stay the caller's; the peer gets duplicates.
   * Returns how many bytes were taken: all of them, but on a `stream` whose buffer is full.
   *
   * @throws {UintrError} `EAGAIN` while the peer does not read, `EPIPE` when it is gone, `EBADF`,
   * `EMSGSIZE`, `ETOOMANYREFS` (too many descriptors are on their way).
   */
  send(data: string | Uint8Array, fds: readonly number[] = []): number {
    this.#checkOpen();
    return this.#native.send(checkData(data), checkFds(fds));
  }

  /**
   * The same, but waits for room until all is sent. Calls are served one after the other. Keep the
   * descriptors open, and the data as it is, until then. On a `stream` one that is given up may have
   * sent a part.
   */
  async sendAll(
    data: string | Uint8Array,
    fds: readonly number[] = [],
    options: WaitOptions = {},
  ): Promise<void> {
    const bytes = checkData(data);
    const passed = [...checkFds(fds)];
    const patience = new Patience('sending', checkWaitOptions('options', options), this.#refed);
    const others = this.#sending;
    const sent = this.#sendAll(bytes, passed, patience, others);
    // Whoever gives up leaves the queue, but lets nobody overtake those before him.
    const all = Promise.allSettled([others, sent]).then(() => {
      if (this.#sending === all) this.#sending = undefined;
    });
    this.#sending = all;
    return sent;
  }

  /**
   * The next message, or null when the peer is gone: `recvmsg`. An empty message on `seqpacket`
   * cannot be told from that.
   *
   * Rejects with `EMSGSIZE` for a longer message, `ERR_UINTR_TOO_MANY_FDS` for more descriptors,
   * `EMFILE` when this process has none left: the message is gone then, and so are its descriptors.
   * `ECONNRESET` says that the peer went without reading all that it was sent; what it had sent
   * itself can still be received. `ERR_UINTR_TIMEOUT`, the signal's reason, or `ERR_UINTR_CLOSED`.
   */
  async receive(options: ReceiveOptions & Holding = {}): Promise<FdMessage | null> {
    const waitOptions = checkWaitOptions('options', options);
    const patience = new Patience('receiving', waitOptions, this.#refed);
    const maxBytes = checkInteger('options.maxBytes', options.maxBytes ?? MAX_MESSAGE, 1, 2 ** 24);
    const maxFds = checkInteger('options.maxFds', options.maxFds ?? MAX_FDS, 0, MAX_FDS);
    patience.checkSignal();
    for (;;) {
      this.#checkOpen();
      const message = this.#native.receive(maxBytes, maxFds, options[holdFds] ?? false);
      if (message !== undefined) return endToNull(message);
      await this.#ready(this.#readers, patience);
    }
  }

  /** The messages until the peer is gone or this end is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FdMessage, void, undefined> {
    try {
      for (;;) {
        const message = await this.receive();
        if (message === null) return;
        yield message;
      }
    } catch (error) {
      if (!hasCode(error, 'ERR_UINTR_CLOSED')) throw error;
    }
  }

  /**
   * Receives one message, and blocks this thread until there is one: `poll`, `recvmsg`. Null when
   * the peer is gone, undefined on timeout.
   *
   * @param timeoutMs milliseconds; for ever when left out.
   */
  receiveSync(timeoutMs?: number): FdMessage | null | undefined {
    const timeout = checkTimeout('timeoutMs', timeoutMs) ?? Infinity;
    this.#checkOpen();
    const deadline = performance.now() + timeout;
    for (;;) {
      const left = Math.max(deadline - performance.now(), 0);
      this.#native.waitReadable(Math.min(Math.ceil(left), SLICE_MS));
      const message = this.#native.receive(MAX_MESSAGE, MAX_FDS, false);
      if (message !== undefined) return endToNull(message);
      if (left === 0) return undefined;
    }
  }

  /**
   * Waiting for a message or for room keeps the process alive: the default. The timeout of a wait
   * goes by what held when it began.
   */
  ref(): this {
    this.#refed = true;
    this.#updateWatch();
    return this;
  }

  /** Waiting does not keep the process alive. */
  unref(): this {
    this.#refed = false;
    this.#updateWatch();
    return this;
  }

  /** What waits rejects with `ERR_UINTR_CLOSED`. Closing twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#native.close();
    for (const waiter of [...this.#readers, ...this.#writers]) waiter.reject(closedError('socket'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #sendAll(
    data: Uint8Array,
    fds: readonly number[],
    patience: Patience,
    others: Promise<unknown> | undefined,
  ): Promise<void> {
    patience.checkSignal();
    if (others !== undefined) await patience.waitFor(others);
    for (let sent = 0; ;) {
      this.#checkOpen();
      try {
        // The descriptors go with the first byte.
        sent += this.#native.send(data.subarray(sent), sent === 0 ? fds : []);
        if (sent === data.length) return;
      } catch (error) {
        if (!hasCode(error, 'EAGAIN')) throw error;
      }
      await this.#ready(this.#writers, patience);
    }
  }

  #ready(waiters: Set<Waiter>, patience: Patience): Promise<undefined> {
    return patience.wait<undefined>((resolve, reject) => {
      const waiter = { resolve, reject };
      waiters.add(waiter);
      this.#updateWatch();
      return () => {
        waiters.delete(waiter);
        this.#updateWatch();
      };
    });
  }

  #updateWatch(): void {
    if (this.#closed) return;
    this.#native.watch(this.#readers.size > 0, this.#writers.size > 0, this.#refed);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError('socket');
  }
}

/** `FdSocket.connect()` with a patience that is spent on more than that. */
export async function connectWith(
  patience: Patience,
  address: string,
  type: SocketType = 'seqpacket',
): Promise<FdSocket> {
  patience.checkSignal();
  for (;;) {
    try {
      return new FdSocket(binding().connectFdSocket(address, type));
    } catch (error) {
      if (!hasCode(error, 'EAGAIN')) throw error;
    }
    await patience.sleep(CONNECT_RETRY_MS);
  }
}

/** Somebody who tries again when the socket is ready. */
interface Waiter {
  readonly resolve: (value: undefined) => void;
  readonly reject: (reason: unknown) => void;
}

function wake(waiters: Set<Waiter>): void {
  for (const { resolve } of waiters) resolve(undefined);
  waiters.clear();
}

const isOwned = (fd: unknown): fd is OwnedFd => types.isExternal(fd);

const endToNull = (message: FdMessage): FdMessage | null =>
  message.data.length === 0 && message.fds.length === 0 ? null : message;

function checkData(data: unknown): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  if (!(bytes instanceof Uint8Array)) throw invalidType('data', 'a string or a Uint8Array', data);
  // An empty message could not be told from the end of the stream.
  checkInteger('data.length', bytes.length, 1, MAX_MESSAGE);
  return bytes;
}

function checkFds(fds: readonly number[]): readonly number[] {
  if (!isArray(fds)) throw invalidType('fds', 'an array of descriptors', fds);
  checkInteger('fds.length', fds.length, 0, MAX_FDS);
  fds.forEach((fd, index) => checkFd(`fds[${index}]`, fd));
  return fds;
}
