/** Listening Unix sockets, whose connections pass file descriptors. */

import { EventEmitter } from 'node:events';
import { checkAddress, checkInteger, checkOptions } from '../internal/arguments.js';
import { binding, type NativeFdListener } from '../internal/binding.js';
import { startTimer, stopTimer } from '../internal/clock.js';
import { dispose } from '../internal/dispose.js';
import { isUintrError, type UintrError } from '../internal/errors.js';
import { checkType, type FdSocketOptions } from './fd-socket-options.js';
import { FdSocket } from './fd-socket.js';

/** The events of an `FdListener`, with their arguments. */
export interface FdListenerEvents {
  /**
   * A peer has connected. The event's listener closes the socket; without a listener it is closed.
   */
  connection: [socket: FdSocket];
  /**
   * A connection could not be accepted, as with `EMFILE`. It waits, and is tried again after 100
   * ms. Without a listener the error is ignored.
   */
  error: [error: UintrError];
}

/** The options of `new FdListener()`. */
export interface FdListenerOptions extends FdSocketOptions {
  /** The mode of the socket file: who may connect. Default: 0o600, the owner. */
  readonly mode?: number;
  /** How many peers may wait to be accepted: listen(2). Default: 511, as in Node's `net`. */
  readonly backlog?: number;
}

export const checkMode = (mode: unknown = 0o600): number =>
  checkInteger('options.mode', mode, 0, 0o777);

/** How many connections one turn of the event loop accepts: a flood leaves other work its turn. */
const ACCEPTS_PER_TURN = 16;
/**
 * The pause after accept(2) has failed: without descriptors left it fails for as long as a peer
 * waits.
 */
const RETRY_MS = 100;

/**
 * A Unix socket that peers connect to: bind(2), listen(2). Its file appears, with its mode, when
 * peers can connect to it. A file that a dead process left behind is replaced; a file on which
 * another process listens is not. On a file system that other mounts or machines share (FUSE, NFS,
 * 9p, SMB, Ceph) nobody can tell the two apart, and no file is replaced.
 */
export class FdListener extends EventEmitter<FdListenerEvents> implements Disposable {
  /** The path, or the abstract name after a NUL, on which this socket listens. */
  readonly address: string;
  readonly #native: NativeFdListener;
  #retry: NodeJS.Timeout | undefined;
  #refed = true;
  #closed = false;

  /**
   * @param address a path, or as in Node's `net` an abstract name after a NUL: `'\0name'`. An
   * abstract name has no file and so no mode: everybody on the machine can connect. A path has at
   * most 105 bytes, two less than a path to connect to.
   * @throws {UintrError} `EADDRINUSE`, `EACCES`, `ENOENT`, `ENAMETOOLONG`, or another error of
   * socket(2), bind(2) or listen(2); `ENOTSUP` where nobody could connect to the file.
   */
  constructor(address: string, options?: FdListenerOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- users see the first one alone
  constructor(address: string, options: FdListenerOptions, refusesFds: boolean);
  /** @param refusesFds keeps peers from sending descriptors, where the kernel can (Linux 6.16). */
  constructor(address: string, options: FdListenerOptions = {}, refusesFds = false) {
    super();
    this.address = checkAddress('address', address);
    checkOptions('options', options);
    this.#native = binding().openFdListener(address, {
      self: this,
      onReady: () => {
        this.#accept();
      },
      type: checkType(options.type),
      mode: checkMode(options.mode),
      backlog: checkInteger('options.backlog', options.backlog ?? 511, 1, 65_535),
      refusesFds,
    });
    this.#native.poll(true, true);
  }

  /** Keeps the process alive while the socket listens: the default. */
  ref(): this {
    this.#refed = true;
    this.#retry?.ref();
    this.#poll();
    return this;
  }

  /** Lets the process end while the socket listens. */
  unref(): this {
    this.#refed = false;
    this.#retry?.unref();
    this.#poll();
    return this;
  }

  /** Stops listening and removes the socket file. Connections stay open. Closing twice is fine. */
  close(): void {
    this.#closed = true;
    stopTimer(this.#retry);
    this.#native.close();
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }

  #poll(): void {
    if (!this.#closed) this.#native.poll(this.#retry === undefined, this.#refed);
  }

  #accept(): void {
    for (let i = 0; i < ACCEPTS_PER_TURN && !this.#closed; i++) {
      let socket: FdSocket;
      try {
        const fd = this.#native.accept();
        if (fd === undefined) return;
        socket = new FdSocket(fd);
      } catch (error) {
        this.#pause(error);
        return;
      }
      if (!this.emit('connection', socket)) socket.close(); // there is no listener to do it
    }
  }

  #pause(error: unknown): void {
    this.#retry = startTimer(() => {
      this.#retry = undefined;
      this.#poll();
    }, RETRY_MS);
    if (!this.#refed) this.#retry.unref();
    this.#poll();
    if (!isUintrError(error)) throw error;
    // Without a listener the error is dropped: it passes by itself.
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}
