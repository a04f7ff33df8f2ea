import { EventEmitter } from 'node:events';

/** What a VectorFd needs of its receiver. */
export interface VectorFdOwner {
  closeFd(): void;
}

/** Tells a VectorFd that its last holder is gone: for receiver.ts only. */
export const disconnect = Symbol('disconnect');

export interface VectorFdEvents {
  /** The last holder of the fd is gone, by close, exit or SIGKILL. */
  disconnect: [];
}

/**
 * A file descriptor that lets its holder raise one vector of one receiver, and nothing else.
 *
 * Pass `fd` on by `child_process` stdio, over a Unix socket, or as a number to a worker; every
 * holder makes a `Sender` of it. Made by `Receiver.createFd()`: `uintr_create_fd` (rfc-v1) or
 * `uintr_vector_fd` (uintr-next) on hardware.
 */
export class VectorFd extends EventEmitter<VectorFdEvents> implements Disposable {
  readonly vector: number;
  /**
   * One word that is not 0 while the vector is pending: `Atomics.load(pending, 0)` asks without a
   * native call. Its memory is taken back, and its length is 0, once the last holder is gone or the
   * receiver is closed. Absent where the runtime forbids external memory (Electron).
   */
  readonly pending: Int32Array | undefined;
  readonly #owner: VectorFdOwner;
  #fd: number;

  /** Not for users: see `Receiver.createFd()`. */
  constructor(vector: number, fd: number, pending: Int32Array | undefined, owner: VectorFdOwner) {
    super();
    this.vector = vector;
    this.pending = pending;
    this.#fd = fd;
    this.#owner = owner;
  }

  /** The descriptor, close-on-exec; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Closes this copy of the descriptor, as soon as it has been passed on. Other holders keep
   * theirs and go on posting; when the last one is gone, `disconnect` is emitted. Closing twice is
   * fine.
   */
  close(): void {
    if (this.#fd === -1) return;
    this.#fd = -1;
    this.#owner.closeFd();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [disconnect](): void {
    this.#fd = -1;
    this.emit('disconnect');
  }
}
