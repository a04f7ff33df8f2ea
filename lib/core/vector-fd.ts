import { EventEmitter } from 'node:events';

interface NativeVectorFd {
  fd: number;
  uvecFd?: number;
  pending?: Int32Array;
}

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
   * native call. On hardware the vector fds of one vector share the word, and what is posted while
   * interrupts are masked shows only after `stui()`. The memory is taken back, and its length is 0,
   * once the last holder is gone or the receiver is closed. Absent where the runtime forbids
   * external memory (Electron).
   */
  readonly pending: Int32Array | undefined;
  readonly #owner: VectorFdOwner;
  #fd: number;
  #uvecFd: number | undefined;

  /** Not for users: see `Receiver.createFd()`. */
  constructor(vector: number, native: NativeVectorFd, owner: VectorFdOwner) {
    super();
    this.vector = vector;
    this.pending = native.pending;
    this.#fd = native.fd;
    this.#uvecFd = native.uvecFd;
    this.#owner = owner;
  }

  /** The descriptor, close-on-exec; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * On hardware the kernel's own uvec fd, for C programs that call `uintr_register_sender`
   * themselves: see `foreignSenders`. It works until the last holder of `fd` is gone, so keep
   * this open meanwhile. Undefined in software, and once closed.
   */
  get uvecFd(): number | undefined {
    return this.#uvecFd;
  }

  /**
   * Closes this copy of the descriptor, as soon as it has been passed on. Other holders keep
   * theirs and go on posting; when the last one is gone, `disconnect` is emitted. Closing twice is
   * fine.
   */
  close(): void {
    if (this.#fd === -1) return;
    this.#fd = -1;
    this.#uvecFd = undefined;
    this.#owner.closeFd();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [disconnect](): void {
    this.#fd = -1;
    this.#uvecFd = undefined;
    this.emit('disconnect');
  }
}
