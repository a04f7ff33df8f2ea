import { EventEmitter } from 'node:events';
import { checkAddress, checkInteger, checkOptions } from '../internal/arguments.js';
import { binding, type NativeFdListener } from '../internal/binding.js';
import { UintrError } from '../internal/errors.js';
import { checkType, FdSocket, type FdSocketOptions } from './fd-socket.js';

export interface FdListenerEvents {
  /** Somebody has connected. The socket is the listener's to close; without one it is closed. */
  connection: [socket: FdSocket];
  /** A connection could not be accepted, as with `EMFILE`; it waits, and is tried again. */
  error: [error: UintrError];
}

export interface FdListenerOptions extends FdSocketOptions {
  /** The mode of the socket file: who may connect. Default: 0o600, the owner. */
  readonly mode?: number;
  /** How many may wait to be accepted: `listen`. Default: 511, as in Node's `net`. */
  readonly backlog?: number;
}

export const checkMode = (mode: unknown = 0o600): number =>
  checkInteger('options.mode', mode, 0, 0o777);

/** At most so many at once, so that a flood leaves the loop's other work its turn. */
const ACCEPTS_A_TURN = 16;
/** Without descriptors left `accept` fails at once and for as long as somebody waits. */
const RETRY_MS = 100;

/**
 * A Unix socket that others connect to: `bind`, `listen`. Its file appears once it can be connected
 * to, with its mode. A file that a dead process left behind is replaced; one on which somebody
 * listens is not.
 */
export class FdListener extends EventEmitter<FdListenerEvents> implements Disposable {
  readonly #native: NativeFdListener;
  #retry: NodeJS.Timeout | undefined;
  #refed = true;
  #closed = false;

  /**
   * @param address a path, or an abstract name after a NUL, as in Node's `net`: `'\0name'`. An
   * abstract name has no file and so no mode: everybody on the machine can connect. A path has 105
   * bytes at the most, two less than to connect to.
   * @throws {UintrError} `EADDRINUSE`, `EACCES`, `ENOENT`, `ENAMETOOLONG` …
   */
  constructor(
    readonly address: string,
    options: FdListenerOptions = {},
  ) {
    super();
    checkAddress('address', address);
    checkOptions('options', options);
    this.#native = binding().openFdListener(address, {
      self: this,
      onReady: () => {
        this.#accept();
      },
      type: checkType(options.type),
      mode: checkMode(options.mode),
      backlog: checkInteger('options.backlog', options.backlog ?? 511, 1, 65_535),
    });
    this.#native.watch(true, true);
  }

  /** Keep the process alive: the default. */
  ref(): this {
    this.#refed = true;
    this.#retry?.ref();
    this.#watch();
    return this;
  }

  /** Do not keep the process alive. */
  unref(): this {
    this.#refed = false;
    this.#retry?.unref();
    this.#watch();
    return this;
  }

  /** Stops listening and removes the file. Closing twice is fine. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #watch(): void {
    if (!this.#closed) this.#native.watch(this.#retry === undefined, this.#refed);
  }

  #accept(): void {
    for (let i = 0; i < ACCEPTS_A_TURN && !this.#closed; i++) {
      let socket: FdSocket;
      try {
        const fd = this.#native.accept();
        if (fd === undefined) return;
        socket = new FdSocket(fd);
      } catch (error) {
        this.#pause(error);
        return;
      }
      if (!this.emit('connection', socket)) socket.close(); // nobody is there to do it
    }
  }

  #pause(error: unknown): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#watch();
    }, RETRY_MS);
    if (!this.#refed) this.#retry.unref();
    this.#watch();
    if (!(error instanceof UintrError)) throw error;
    // Nobody has to care: it gets better by itself.
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}
