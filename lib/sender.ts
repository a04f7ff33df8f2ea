import { EventEmitter } from 'node:events';
import { checkInteger, invalidType } from './arguments.js';
import { binding, type NativeSender } from './binding.js';
import { closedError } from './errors.js';
import { VectorFd } from './vector-fd.js';

export interface SenderEvents {
  /** The receiver is gone, by close, exit or SIGKILL. The sender is closed by then. */
  disconnect: [];
}

/**
 * Raises one vector of one receiver: `uintr_register_sender` on hardware, a mapping of the vector
 * page in software.
 */
export class Sender extends EventEmitter<SenderEvents> implements Disposable {
  readonly vector: number;
  readonly #native: NativeSender;

  /**
   * @param target a vector fd, of this process or from elsewhere; it stays the caller's.
   * @throws {UintrError} `EBADF` (recvmsg), `ERR_UINTR_NOT_A_VECTOR_FD`, `ERR_UINTR_VERSION`, or
   * `EMFILE` without descriptors left.
   */
  constructor(target: VectorFd | number) {
    super();
    this.#native = binding().openSender(descriptorOf(target), {
      self: this,
      onHangUp: () => this.emit('disconnect'),
    });
    this.vector = this.#native.vector;
  }

  /**
   * Posts the interrupt: `SENDUIPI` on hardware, a locked OR in software. No system call while the
   * receiver is awake, one at the most to wake it. Posts coalesce: a vector is pending or it is not.
   *
   * @throws {UintrError} `ESHUTDOWN` when the receiver is known to be gone, `ERR_UINTR_CLOSED` after
   * `close()`.
   */
  send(): void {
    this.#native.send();
  }

  /** `uintr_unregister_sender`. Closing twice is fine. */
  close(): void {
    this.#native.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function descriptorOf(target: unknown): number {
  if (target instanceof VectorFd) {
    if (target.fd === -1) throw closedError('vector fd');
    return target.fd;
  }
  if (typeof target !== 'number') throw invalidType('target', 'a VectorFd or a number', target);
  return checkInteger('target', target, 0, 2 ** 31 - 1);
}
