/** Connections: senders that outlive their receiver. */

import { EventEmitter } from 'node:events';
import { Sender } from '../core/sender.js';
import { Aborter, reasonOf, throwIfAborted } from '../internal/abort.js';
import { checkAddress, invalidValue } from '../internal/arguments.js';
import { nextTick } from '../internal/clock.js';
import { Deadline } from '../internal/deadline.js';
import { dispose } from '../internal/dispose.js';
import { closedError, hasCode, UintrError } from '../internal/errors.js';
import type { Credentials } from '../sockets/fd-socket-options.js';
import { connectWith } from '../sockets/fd-socket.js';
import { Backoff } from './backoff.js';
import { checkConnectOptions, type ConnectOptions } from './connect-options.js';
import { requestFds } from './handshake-client.js';
import { handshakeError } from './handshake.js';
import { trustedPeer } from './trust.js';

/** The events of a `Connection`, with their arguments. */
export interface ConnectionEvents {
  /** The receiver is back, and the connection has senders again. */
  connect: [];
  /** The receiver is gone; the senders are closed. */
  disconnect: [];
  /**
   * The connection has ended: it was closed, or refused for the given reason. No `'connect'` will
   * follow.
   */
  close: [reason: unknown];
}

/** Errors that the next attempt may not meet. The second line is what a receiver says. */
const TRANSIENT = [
  ...['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ERR_UINTR_TIMEOUT', 'ESHUTDOWN'],
  ...['ERR_UINTR_TOO_MANY_REQUESTS', 'ERR_UINTR_TOO_MANY_CONNECTIONS', 'ERR_UINTR_CLOSED'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'ETOOMANYREFS'],
];

/** Makes a connection: for connect.ts only. @internal */
export const open = Symbol('open');

/**
 * Senders of another service's vectors: made by `connect()`. When the receiver comes back after its
 * end, the connection gets new ones.
 */
export class Connection<Vector extends string | number = string | number>
  extends EventEmitter<ConnectionEvents>
  implements Disposable
{
  /** The path, or the abstract name after a NUL, of the rendezvous. */
  readonly address: string;
  readonly #vectors: readonly Vector[];
  readonly #reconnect: boolean;
  readonly #backoff: Backoff;
  readonly #timeout: number;
  readonly #drop: boolean;
  readonly #authorize: ConnectOptions<Vector>['authorize'];
  readonly #onRetry: ConnectOptions<Vector>['onRetry'];
  readonly #closing = new Aborter();
  readonly #forgetSignal: () => void;
  #senders: ReadonlyMap<Vector, Sender> = new Map();
  #peer: Credentials | undefined;

  /** @internal */
  static async [open]<Vector extends string | number>(
    address: string,
    options: ConnectOptions<Vector>,
  ): Promise<Connection<Vector>> {
    const connection = new Connection(address, options);
    try {
      await connection.#connect(true);
      throwIfAborted(connection.#closing.signal); // it may have ended meanwhile
    } catch (error) {
      connection.#end(error);
      throw error;
    }
    return connection;
  }

  private constructor(address: string, options: ConnectOptions<Vector>) {
    super();
    this.address = checkAddress('address', address);
    const checked = checkConnectOptions(options);
    const { signal } = checked;
    this.#vectors = checked.vectors;
    this.#timeout = checked.timeout;
    this.#reconnect = checked.reconnect;
    this.#backoff = new Backoff(checked.maxDelay);
    this.#drop = checked.drop;
    this.#authorize = checked.authorize;
    this.#onRetry = checked.onRetry;
    const onAbort = (): void => {
      if (signal !== undefined) this.#end(reasonOf(signal));
    };
    throwIfAborted(signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#forgetSignal = () => signal?.removeEventListener('abort', onAbort);
  }

  /** Whether the receiver is there. */
  get connected(): boolean {
    return this.#senders.size > 0;
  }

  /**
   * The process that listened when this connection was made, as the kernel names it
   * (`SO_PEERCRED`); undefined while there is no receiver.
   */
  get peer(): Credentials | undefined {
    return this.connected ? this.#peer : undefined;
  }

  /**
   * Returns the sender of a vector, which lives until `'disconnect'`; undefined while there is no
   * receiver.
   */
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

  /** Closes the senders, and stops connecting. `'close'` is emitted. Closing twice is fine. */
  close(): void {
    this.#end(closedError('connection'));
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
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
    const pauses = new Deadline('connecting', { signal }, ref);
    for (;;) {
      const delay = this.#backoff.next();
      if (delay > 0) await pauses.sleep(delay);
      try {
        const attempt = new Deadline('connecting', { signal, timeout: this.#timeout }, ref);
        const socket = await connectWith(attempt, this.address);
        try {
          const peer = await trustedPeer(socket, this.address, this.#authorize, attempt);
          this.#adopt(await requestFds(socket, this.#vectors, attempt), peer);
        } finally {
          socket.close();
        }
        return;
      } catch (error) {
        throwIfAborted(signal);
        if (!this.#reconnect || !hasCode(error, ...TRANSIENT)) throw error;
        this.#onRetry?.(error);
      }
    }
  }

  /** Makes senders of the descriptors, which stay the caller's. */
  #adopt(fds: readonly number[], peer: Credentials): void {
    const senders = new Map<Vector, Sender>();
    try {
      throwIfAborted(this.#closing.signal);
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
    this.#peer = peer;
    this.#backoff.succeeded();
  }

  #disconnect(senders: ReadonlyMap<Vector, Sender>): void {
    if (this.#senders !== senders) return; // another sender of the same receiver said so before
    this.#senders = new Map();
    for (const sender of senders.values()) sender.close();
    this.#emitLater('disconnect');
    if (this.#reconnect) void this.#comeBack();
    else this.#end(undefined);
  }

  async #comeBack(): Promise<void> {
    try {
      await this.#connect(false);
    } catch (reason) {
      this.#end(reason);
      return;
    }
    this.#emitLater('connect');
  }

  /**
   * Emits on a tick of its own: what a listener throws is then an uncaught exception, as with every
   * emitter of Node.js, and neither the rejection of a promise that nobody has, nor thrown by
   * `close()`.
   */
  #emitLater<E extends keyof ConnectionEvents>(event: E, ...args: ConnectionEvents[E]): void {
    nextTick(() => {
      // The connection may have ended, or lost its receiver again, meanwhile.
      if (event === 'connect' && !this.connected) return;
      (this as EventEmitter).emit(event, ...args);
    });
  }

  #end(reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(reason);
    this.#forgetSignal();
    for (const sender of this.#senders.values()) sender.close();
    this.#senders = new Map();
    this.#emitLater('close', reason);
  }
}
