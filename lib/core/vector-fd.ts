/** Vector fds, as their receiver gives them out. */

import { EventEmitter } from 'node:events';
import { checkFd, invalidType } from '../internal/arguments.js';
import type { NativeVectorFd } from '../internal/binding.js';
import { dispose } from '../internal/dispose.js';
import { closedError } from '../internal/errors.js';

/** Makes a VectorFd: for receiver.ts only. @internal */
export const create = Symbol('create');
/** Tells a VectorFd that its last holder is gone: for receiver.ts only. @internal */
export const disconnect = Symbol('disconnect');

/** Hangs up on all holders of a VectorFd: for what is built on receivers. @internal */
export const revoke = Symbol('revoke');

/** The events of a `VectorFd`, with their arguments. */
export interface VectorFdEvents {
  /** The last holder of the fd is gone, by close, exit or SIGKILL. */
  disconnect: [];
}

/**
 * A file descriptor that lets its holder raise one vector of one receiver, and nothing else.
 *
 * Pass `fd` on by `child_process` stdio, over a Unix socket, or as a number to a worker. Every
 * holder makes a `Sender` of it. Made by `Receiver.createFd()`: `uintr_create_fd` (rfc-v1) or
 * `uintr_vector_fd` (uintr-next) on hardware.
 */
export class VectorFd extends EventEmitter<VectorFdEvents> implements Disposable {
  /** The vector that a holder raises, 0 to 63. */
  readonly vector: number;
  /**
   * One word that is not 0 while the vector is pending: `Atomics.load(pending, 0)` asks without a
   * native call. On hardware the vector fds of one vector share the word, and what is posted while
   * interrupts are masked shows only after `stui()`. The memory is taken back, and the array's
   * length becomes 0, once the last holder is gone or the receiver is closed. Undefined where the
   * runtime forbids external memory (Electron).
   */
  readonly pending: Int32Array | undefined;
  readonly #native: NativeVectorFd;
  #fd: number;
  #uvecFd: number | undefined;

  /** @internal */
  static [create](vector: number, native: NativeVectorFd): VectorFd {
    return new VectorFd(vector, native);
  }

  private constructor(vector: number, native: NativeVectorFd) {
    super();
    this.vector = vector;
    this.pending = native.pending;
    this.#fd = native.fd;
    this.#uvecFd = native.uvecFd;
    this.#native = native;
  }

  /** The descriptor, close-on-exec; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * The kernel's own uvec fd on hardware, for C programs that call `uintr_register_sender`
   * themselves: see `ReceiverOptions.foreignSenders`. It works until the last holder of `fd` is
   * gone, so keep this object open meanwhile. Undefined in software, and once closed.
   */
  get uvecFd(): number | undefined {
    return this.#uvecFd;
  }

  /**
   * Closes this copy of the descriptor: close(2). Do so as soon as it has been passed on. Other
   * holders keep theirs and go on posting; when the last one is gone, `'disconnect'` is emitted.
   * Closing twice is fine.
   */
  close(): void {
    if (this.#fd === -1) return;
    this.#fd = -1;
    this.#uvecFd = undefined;
    this.#native.close();
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }

  /** @internal */
  [revoke](): void {
    this.#fd = -1;
    this.#uvecFd = undefined;
    this.#native.revoke();
  }

  /** @internal */
  [disconnect](): void {
    this.#fd = -1;
    this.#uvecFd = undefined;
    this.emit('disconnect');
  }
}

// By shape: it may be of another evaluation of this package.
const isVectorFd = (value: unknown): value is Readonly<Record<'fd' | 'vector', unknown>> =>
  typeof value === 'object' && value !== null && 'fd' in value && 'vector' in value;

/** The descriptor of a VectorFd, or a bare one. */
export function descriptorOf(name: string, target: unknown): number {
  const fd = isVectorFd(target) ? target.fd : target;
  if (typeof fd !== 'number') throw invalidType(name, 'a VectorFd or a number', target);
  if (isVectorFd(target) && fd === -1) throw closedError('vector fd');
  return checkFd(name, fd);
}
