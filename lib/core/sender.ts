import { EventEmitter } from 'node:events';
import { checkFd, checkOneOf, checkOptions, invalidType } from '../internal/arguments.js';
import { binding, type NativeSender } from '../internal/binding.js';
import { senderClose, senderOpen } from './diagnostics.js';
import { closedError } from '../internal/errors.js';
import { lastPost } from './last-post.js';
import { countPost, newSenderCounters, type SenderStats, senderStats } from './stats.js';
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

// Of a receiver's state word: native/protocol/post.h, Activity::Running.
const AWAKE = 0;

// Stands in for the state word where send() has to ask the native side: on hardware, and of a
// sender that is closed.
const NOT_AWAKE = Int32Array.of(-1);

// B of native/protocol/post.h. On x86-64 the exchange before it is a full barrier, so a plain load will
// do; Atomics.load is a call, as dear as the exchange. Elsewhere the exchange holds back none but an
// atomic load.
const look =
  process.arch === 'x64'
    ? (state: Int32Array): number | undefined => state[0]
    : (state: Int32Array): number => Atomics.load(state, 0);

/**
 * Raises one vector of one receiver: `uintr_register_sender` on hardware, a mapping of the vector
 * page in software.
 */
export class Sender extends EventEmitter<SenderEvents> implements Disposable {
  readonly vector: number;
  readonly #native: NativeSender;
  readonly #counters = newSenderCounters();
  readonly #lastPost = lastPost; // nearer than what a module exports
  readonly #pir: Int32Array;
  readonly #address: number;
  readonly #bit: number;
  #state: Int32Array = NOT_AWAKE;
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
        this.#close(true);
        this.emit('disconnect');
      },
    });
    this.vector = this.#native.vector;
    const { pir, state, address = 0 } = this.#native;
    this.#bit = 1 << (this.vector % 32);
    this.#pir = pir ?? NOT_AWAKE;
    this.#address = address;
    if (pir !== undefined && state !== undefined) this.#state = state;
    if (senderOpen.hasSubscribers) senderOpen.publish({ sender: this });
  }

  /**
   * Posts the interrupt: `SENDUIPI` on hardware, a locked exchange in software. No system call while
   * the receiver is awake, one at the most to wake it. Posts coalesce: a vector is pending or it is
   * not.
   *
   * @throws {UintrError} `ESHUTDOWN` when the receiver is known to be gone, unless `onDisconnect` is
   * `drop`; `ERR_UINTR_CLOSED` after `close()`.
   */
  send(): void {
    const state = this.#state;
    if (state[0] !== AWAKE) {
      this.#native.send();
      return;
    }
    // A and B of native/protocol/post.h, without the price of a native call. Not Atomics.or, which is a
    // load and then a compare-exchange in V8, and the line would travel twice; the page has no other
    // bit to keep.
    Atomics.exchange(this.#pir, 0, this.#bit);
    countPost(this.#counters);
    this.#lastPost[0] = this.#address;
    if (look(state) !== AWAKE) this.#native.wake();
  }

  /** `uintr_unregister_sender`. Closing twice is fine. */
  close(): void {
    this.#close(false);
  }

  /** What it has sent so far. */
  get stats(): SenderStats {
    return senderStats(this.#counters);
  }

  #close(disconnected: boolean): void {
    this.#state = NOT_AWAKE; // before the words are taken back
    this.#native.close(disconnected);
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
