import { EventEmitter } from 'node:events';
import { checkFd, checkOneOf, checkOptions, invalidType } from './arguments.js';
import { binding, type NativeSender } from './binding.js';
import { senderClose, senderOpen } from './diagnostics.js';
import { closedError } from './errors.js';
import { newSenderCounters, type SenderStats, senderStats } from './stats.js';
import { VectorFd } from './vector-fd.js';

export interface SenderEvents {
  /** The receiver is gone, by close, exit or SIGKILL. The sender is closed by then. */
  disconnect: [];
}

/** What `send()` does once the receiver is gone. */
export type OnDisconnect = 'throw' | 'drop';

export interface SenderOptions {
  /** `throw` (the default) an `ESHUTDOWN`, or `drop` the post: there is nobody to interrupt. */
  readonly onDisconnect?: OnDisconnect;
}

const ON_DISCONNECT: readonly OnDisconnect[] = ['throw', 'drop'];

export const checkOnDisconnect = (value: unknown = 'throw'): OnDisconnect =>
  checkOneOf('options.onDisconnect', value, ON_DISCONNECT);

/**
 * Raises one vector of one receiver: `uintr_register_sender` on hardware, a mapping of the vector
 * page in software.
 */
export class Sender extends EventEmitter<SenderEvents> implements Disposable {
  readonly vector: number;
  readonly #native: NativeSender;
  readonly #send: () => void;
  readonly #counters = newSenderCounters();
  #closed = false;

  /**
   * @param target a vector fd, of this process or from elsewhere; it stays the caller's.
   * @throws {UintrError} `EBADF` (recvmsg), `ERR_UINTR_NOT_A_VECTOR_FD`, `ERR_UINTR_VERSION`, or
   * `EMFILE` without descriptors left.
   */
  constructor(target: VectorFd | number, options: SenderOptions = {}) {
    super();
    checkOptions('options', options);
    const onDisconnect = checkOnDisconnect(options.onDisconnect);
    this.#native = binding().openSender(descriptorOf(target), {
      self: this,
      drop: onDisconnect === 'drop',
      counters: this.#counters,
      onReady: () => {
        this.#native.close(true);
        this.#announceEnd(true);
        this.emit('disconnect');
      },
    });
    this.#send = this.#native.send;
    this.vector = this.#native.vector;
    if (senderOpen.hasSubscribers) senderOpen.publish({ sender: this });
  }

  /**
   * Posts the interrupt: `SENDUIPI` on hardware, a locked OR in software. No system call while the
   * receiver is awake, one at the most to wake it. Posts coalesce: a vector is pending or it is not.
   *
   * @throws {UintrError} `ESHUTDOWN` when the receiver is known to be gone, unless `onDisconnect` is
   * `drop`; `ERR_UINTR_CLOSED` after `close()`.
   */
  send(): void {
    this.#send();
  }

  /** `uintr_unregister_sender`. Closing twice is fine. */
  close(): void {
    this.#native.close(false);
    this.#announceEnd(false);
  }

  /** What it has sent so far. */
  get stats(): SenderStats {
    return senderStats(this.#counters);
  }

  #announceEnd(disconnected: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    if (senderClose.hasSubscribers) senderClose.publish({ sender: this, disconnected });
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
  return checkFd('target', target);
}
