/** Senders: post to one vector of one receiver. */

import { EventEmitter } from 'node:events';
import process from 'node:process';
import { checkOneOf, checkOptions } from '../internal/arguments.js';
import { binding, type NativeSender } from '../internal/binding.js';
import { dispose } from '../internal/dispose.js';
import { senderClose, senderOpen } from './diagnostics.js';
import { lastPost } from './last-post.js';
import { countPost, newSenderCounters, type SenderStats, senderStats } from './stats.js';
import { descriptorOf, type VectorFd } from './vector-fd.js';

/** Asks whether the receiver is gone: for those who block the event loop. @internal */
export const isHungUp = Symbol('isHungUp');

/** The events of a `Sender`, with their arguments. */
export interface SenderEvents {
  /** The receiver is gone, by close, exit or SIGKILL. The sender is closed by then. */
  disconnect: [];
}

/** Tells `send()` what to do once the receiver is gone: throw `ESHUTDOWN`, or drop the post. */
export type OnDisconnect = 'throw' | 'drop';

/** The options of `new Sender()`. */
export interface SenderOptions {
  /** Tells `send()` what to do once the receiver is gone. Default: `throw`. */
  readonly onDisconnect?: OnDisconnect;
}

const ON_DISCONNECT: readonly OnDisconnect[] = ['throw', 'drop'];

export const checkOnDisconnect = (value: unknown = 'throw'): OnDisconnect =>
  checkOneOf('options.onDisconnect', value, ON_DISCONNECT);

// A receiver's state word: native/protocol/post.h, Activity::Running.
const AWAKE = 0;

// Stands in for the state word where send() has to ask the native side: on hardware, and once the
// sender is closed.
const ASK_NATIVE = Int32Array.of(-1);
// Stands in for PIR where send() asks the native side. Never written.
const EMPTY_PIR = Int32Array.of(0);

// B of native/protocol/post.h. On x86-64 the exchange before it is a full barrier, so a plain load
// will do; Atomics.load is a call, as dear as the exchange. Elsewhere the exchange orders only
// atomic loads after it.
const look =
  process.arch === 'x64'
    ? (state: Int32Array): number | undefined => state[0]
    : (state: Int32Array): number => Atomics.load(state, 0);

/**
 * Posts to one vector of one receiver: `uintr_register_sender` on hardware, a mapping of the vector
 * page in software.
 */
export class Sender extends EventEmitter<SenderEvents> implements Disposable {
  /** The vector that `send()` raises, 0 to 63. */
  readonly vector: number;
  readonly #native: NativeSender;
  readonly #counters = newSenderCounters();
  readonly #lastPost = lastPost; // a private field is faster to reach than an imported binding
  readonly #pir: Int32Array;
  readonly #address: number;
  readonly #bit: number;
  #state: Int32Array = ASK_NATIVE;
  #closed = false;

  /**
   * @param target a vector fd, made by this process or received from another. It stays the
   * caller's, who can close it at once.
   * @throws {UintrError} `EBADF` (recvmsg), `ERR_UINTR_NOT_A_VECTOR_FD`, `ERR_UINTR_VERSION`,
   * `EMFILE` without descriptors left, `ERR_UINTR_UNSUPPORTED_PLATFORM`; `ERR_UINTR_CLOSED` for a
   * closed `VectorFd`.
   */
  constructor(target: VectorFd | number, options: SenderOptions = {}) {
    super();
    checkOptions('options', options);
    const onDisconnect = checkOnDisconnect(options.onDisconnect);
    this.#native = binding().openSender(descriptorOf('target', target), {
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
    this.#pir = pir ?? EMPTY_PIR;
    this.#address = address;
    if (pir !== undefined && state !== undefined) this.#state = state;
    if (senderOpen.hasSubscribers) senderOpen.publish({ sender: this });
  }

  /**
   * Posts the interrupt: `SENDUIPI` on hardware, a locked exchange in software. No system call
   * while the receiver is awake, at most one to wake it. Posts coalesce: a vector is pending or it
   * is not.
   *
   * @throws {UintrError} `ESHUTDOWN` when the receiver is known to be gone, unless `onDisconnect`
   * is `drop`; `ERR_UINTR_CLOSED` after `close()`.
   */
  send(): void {
    const state = this.#state;
    if (state[0] !== AWAKE) {
      this.#native.send();
      return;
    }
    // A and B of native/protocol/post.h, without the price of a native call. Atomics.or would be a
    // load and then a compare-exchange in V8, so that the cache line travels twice. The page has no
    // other bit to keep.
    Atomics.exchange(this.#pir, 0, this.#bit);
    countPost(this.#counters);
    this.#lastPost[0] = this.#address;
    if (look(state) !== AWAKE) this.#native.wake();
  }

  /** @internal */
  [isHungUp](): boolean {
    return this.#native.isHungUp();
  }

  /** Gives up the right to post: `uintr_unregister_sender` on hardware. Closing twice is fine. */
  close(): void {
    this.#close(false);
  }

  /** Counts what this sender has done so far, also after `close()`. Makes no native call. */
  get stats(): SenderStats {
    return senderStats(this.#counters);
  }

  #close(disconnected: boolean): void {
    this.#state = ASK_NATIVE; // before the native side takes the words back
    this.#native.close(disconnected);
    if (this.#closed) return;
    this.#closed = true;
    if (senderClose.hasSubscribers) senderClose.publish({ sender: this, disconnected });
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }
}
