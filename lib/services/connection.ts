import { EventEmitter } from 'node:events';
import {
  checkAddress,
  checkInteger,
  checkOptions,
  checkVector,
  invalidType,
  invalidValue,
  isArray,
} from '../internal/arguments.js';
import { Backoff } from './backoff.js';
import { closedError, hasCode, UintrError } from '../internal/errors.js';
import { connectWith, type FdMessage, type FdSocket, holdFds } from '../sockets/fd-socket.js';
import {
  decodeReply,
  encodeRequest,
  handshakeError,
  MAX_HANDSHAKE,
  MAX_REQUESTED,
} from './handshake.js';
import { checkOnDisconnect, type OnDisconnect, Sender } from '../core/sender.js';
import { checkWaitOptions, Patience } from '../internal/waiting.js';

export interface ConnectOptions<Vector extends string | number> {
  /** What to ask for, by the receiver's names or by number. */
  readonly vectors: readonly Vector[];
  /**
   * Connect again when the receiver is gone, and keep trying while it is not there yet, does not
   * answer or is full, or this process lacks descriptors or memory, with growing pauses in between
   * and without end: see `onRetry` and `signal`. Default: true. False: one attempt, and no second
   * life.
   */
  readonly reconnect?: boolean;
  /** Hears why an attempt has failed that will be made again. What it throws ends the connection. */
  readonly onRetry?: (reason: unknown) => void;
  /** The longest pause between two attempts, in milliseconds. Default: 2,000. */
  readonly maxDelay?: number;
  /** How long one attempt may take, in milliseconds. Default: 5,000. */
  readonly timeout?: number;
  /** What `send()` does while there is no receiver. Default: `throw`. */
  readonly onDisconnect?: OnDisconnect;
  /** Aborting it ends the attempts, and the connection. */
  readonly signal?: AbortSignal;
}

export interface ConnectionEvents {
  /** The receiver is back, and the connection has senders again. */
  connect: [];
  /** The receiver is gone; the senders are closed. */
  disconnect: [];
  /** There will be no other `connect`: the connection was closed, or refused for the given reason. */
  close: [reason: unknown];
}

/** What may be better at the next attempt. The receiver says the second line. */
const TRANSIENT = [
  ...['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ERR_UINTR_TIMEOUT', 'ESHUTDOWN'],
  ...['ERR_UINTR_TOO_MANY_REQUESTS', 'ERR_UINTR_TOO_MANY_CONNECTIONS', 'ERR_UINTR_CLOSED'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'ETOOMANYREFS'],
];

/**
 * Finds a receiver by the path on which it listens (`Receiver.listen()`), and resolves once it has
 * given the vectors asked for.
 *
 * Rejects with the receiver's reason when it refuses (`ERR_UINTR_REFUSED`,
 * `ERR_UINTR_UNKNOWN_VECTOR`, `ERR_UINTR_VERSION` …), with `EACCES`, `EPROTOTYPE` or `ENAMETOOLONG`,
 * with the signal's reason, and without `reconnect` with whatever the one attempt failed with, such
 * as `ENOENT`, `ECONNREFUSED` or `ERR_UINTR_TIMEOUT`.
 *
 * @param address a path, or an abstract name after a NUL: `'\0name'`.
 */
export async function connect<const Vector extends string | number>(
  address: string,
  options: ConnectOptions<Vector>,
): Promise<Connection<Vector>> {
  const connection = new Connection(address, options);
  await connection[establish]();
  return connection;
}

const establish = Symbol('establish');

/** Senders of another service's vectors, new ones whenever it comes back: made by `connect()`. */
export class Connection<Vector extends string | number = string | number>
  extends EventEmitter<ConnectionEvents>
  implements Disposable
{
  readonly address: string;
  readonly #vectors: readonly Vector[];
  readonly #reconnect: boolean;
  readonly #backoff: Backoff;
  readonly #timeout: number;
  readonly #drop: boolean;
  readonly #onRetry: ConnectOptions<Vector>['onRetry'];
  readonly #closing = new AbortController();
  readonly #forgetSignal: () => void;
  #senders: ReadonlyMap<Vector, Sender> = new Map();

  /** Not for users: see `connect()`. */
  constructor(address: string, options: ConnectOptions<Vector>) {
    super();
    this.address = checkAddress('address', address);
    checkOptions('options', options);
    const { signal, timeout = 5000 } = checkWaitOptions('options', options);
    this.#vectors = checkRequest(options.vectors);
    this.#timeout = timeout;
    this.#reconnect = checkBoolean('options.reconnect', options.reconnect ?? true);
    const { maxDelay = 2000 } = options;
    this.#backoff = new Backoff(checkInteger('options.maxDelay', maxDelay, 1, 2 ** 31 - 1));
    this.#drop = checkOnDisconnect(options.onDisconnect) === 'drop';
    this.#onRetry = options.onRetry;
    if (this.#onRetry !== undefined && typeof this.#onRetry !== 'function') {
      throw invalidType('options.onRetry', 'of type function', this.#onRetry);
    }
    const onAbort = (): void => {
      this.#end(signal?.reason);
    };
    signal?.throwIfAborted();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#forgetSignal = () => signal?.removeEventListener('abort', onAbort);
  }

  /** Whether the receiver is there. */
  get connected(): boolean {
    return this.#senders.size > 0;
  }

  /** The sender of a vector, until `disconnect`; undefined while there is no receiver. */
  sender(vector: Vector): Sender | undefined {
    return this.#senders.get(vector);
  }

  /**
   * Posts one of the vectors: see `Sender.send()`.
   *
   * @throws {UintrError} `ESHUTDOWN` while there is no receiver, unless `onDisconnect` is `drop`;
   * `ERR_UINTR_CLOSED` after `close()`.
   */
  send(vector: Vector): void {
    const sender = this.#senders.get(vector);
    if (sender !== undefined) sender.send();
    else this.#sendToNobody(vector);
  }

  /** Closes the senders, and connects no more. Closing twice is fine. */
  close(): void {
    this.#end(closedError('connection'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [establish](): Promise<void> {
    try {
      await this.#connect(true);
      this.#closing.signal.throwIfAborted(); // meanwhile
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  #sendToNobody(vector: Vector): void {
    if (!this.#vectors.includes(vector)) {
      throw invalidValue('vector', `one of ${this.#vectors.join(', ')}`, vector);
    }
    const { signal } = this.#closing;
    if (hasCode(signal.reason, 'ERR_UINTR_CLOSED')) throw closedError('connection');
    if (!this.#drop) throw new UintrError('ESHUTDOWN', `there is no receiver at ${this.address}`);
  }

  /** @param ref whether trying keeps the process alive. */
  async #connect(ref: boolean): Promise<void> {
    const { signal } = this.#closing;
    const pauses = new Patience('connecting', { signal }, ref);
    for (;;) {
      const delay = this.#backoff.next();
      if (delay > 0) await pauses.sleep(delay);
      try {
        const attempt = new Patience('connecting', { signal, timeout: this.#timeout }, ref);
        using socket = await connectWith(attempt, this.address);
        this.#adopt(await requestFds(socket, this.#vectors, attempt));
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!this.#reconnect || !hasCode(error, ...TRANSIENT)) throw error;
        this.#onRetry?.(error);
      }
    }
  }

  /** Makes senders of the descriptors. */
  #adopt(fds: readonly number[]): void {
    const senders = new Map<Vector, Sender>();
    try {
      this.#closing.signal.throwIfAborted();
      this.#vectors.forEach((vector, index) => {
        const sender = new Sender(fds[index] ?? -1, this.#drop ? { onDisconnect: 'drop' } : {});
        senders.set(vector, sender);
        if (typeof vector === 'number' && sender.vector !== vector) {
          throw handshakeError('it gave another vector than the one asked for');
        }
        sender.once('disconnect', () => {
          this.#disconnect(senders);
        });
      });
    } catch (error) {
      for (const sender of senders.values()) sender.close();
      throw error;
    }
    this.#senders = senders;
    this.#backoff.succeeded();
  }

  #disconnect(senders: ReadonlyMap<Vector, Sender>): void {
    if (this.#senders !== senders) return; // told by another of them
    this.#senders = new Map();
    for (const sender of senders.values()) sender.close();
    try {
      this.emit('disconnect');
    } finally {
      // Unless a listener has closed it, or its signal was aborted.
      if (!this.#reconnect) this.#end(undefined);
      else if (!this.#closing.signal.aborted) void this.#comeBack();
    }
  }

  async #comeBack(): Promise<void> {
    try {
      await this.#connect(false);
    } catch (reason) {
      this.#end(reason);
      return;
    }
    // It may have ended, or be gone again, since the promise was resolved.
    if (this.connected) this.emit('connect');
  }

  #end(reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(reason);
    this.#forgetSignal();
    for (const sender of this.#senders.values()) sender.close();
    this.#senders = new Map();
    this.emit('close', reason);
  }
}

/** One handshake: the vector fds, which the socket closes. */
async function requestFds(
  socket: FdSocket,
  vectors: readonly (string | number)[],
  patience: Patience,
): Promise<readonly number[]> {
  if (!patience.ref) socket.unref();
  try {
    socket.send(encodeRequest(vectors));
  } catch (error) {
    // It may have refused before it read anything: that is still to be received.
    if (!hasCode(error, 'EPIPE')) throw error;
  }
  const reply = await receiveReply(socket, vectors.length, patience);
  if (reply === null) throw new UintrError('ECONNRESET', 'the listener left without an answer');
  decodeReply(reply.data);
  if (reply.fds.length !== vectors.length) throw handshakeError('it gave too few descriptors');
  return reply.fds;
}

async function receiveReply(
  socket: FdSocket,
  maxFds: number,
  patience: Patience,
): Promise<FdMessage | null> {
  const receive = (): Promise<FdMessage | null> =>
    socket.receive({ ...patience.rest, maxBytes: MAX_HANDSHAKE, maxFds, [holdFds]: true });
  try {
    return await receive();
  } catch (error) {
    // Its end was closed before it had read our request; its answer comes next (unix(7)).
    if (!hasCode(error, 'ECONNRESET')) throw error;
    return receive();
  }
}

/** A copy, which nobody can change any more. */
function checkRequest<Vector extends string | number>(vectors: readonly Vector[]): Vector[] {
  if (!isArray(vectors)) throw invalidType('options.vectors', 'an array of vectors', vectors);
  checkInteger('options.vectors.length', vectors.length, 1, MAX_REQUESTED);
  const checked = [...vectors];
  checked.forEach((vector, index) => {
    if (typeof vector !== 'string') checkVector(`options.vectors[${index}]`, vector);
  });
  if (new Set(checked).size < checked.length) {
    throw invalidValue('options.vectors', 'free of duplicates', vectors);
  }
  const size = Buffer.byteLength(encodeRequest(checked));
  checkInteger('options.vectors: their size', size, 1, MAX_HANDSHAKE);
  return checked;
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value);
  return value;
}
