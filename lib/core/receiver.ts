/** The receiver: takes interrupts in the event loop, by `waitSync()` and by `poll()`. */

import { EventEmitter } from 'node:events';
import { throwIfAborted } from '../internal/abort.js';
import { checkBoolean, checkMilliseconds, checkOptions } from '../internal/arguments.js';
import { binding, type NativeReceiver, type NativeRing } from '../internal/binding.js';
import { nextTick, now } from '../internal/clock.js';
import { checkWaitOptions, SLEEP_SLICE_MS, type WaitOptions } from '../internal/deadline.js';
import { dispose } from '../internal/dispose.js';
import { closedError } from '../internal/errors.js';
import { Iteration } from '../internal/iteration.js';
import { nodesEmit, onListenersChange } from '../internal/listeners.js';
import { type Backend, chooseBackend } from './capabilities.js';
import { receiverClose, receiverInterrupt, receiverOpen } from './diagnostics.js';
import { closeBeforeExec } from './exec-guard.js';
import { lastPost } from './last-post.js';
import type { Listener, NamedEvents, ReceiverEvents } from './receiver-events.js';
import { checkBurst, checkBusyPoll, type ReceiverOptions } from './receiver-options.js';
import { newReceiverCounters, type ReceiverStats, receiverStats } from './stats.js';
import { create, disconnect, VectorFd } from './vector-fd.js';
import { checkVectors, namesOf, type VectorName, vectorOf, type Vectors } from './vectors.js';
import { Waits } from './waits.js';

const plainEmit = nodesEmit; // a constant of this module is faster to reach than an import

/** What closes with its receiver. */
interface Belonging {
  close(): void;
}

const updateListening = Symbol('updateListening');
/** Makes a vector that was taken pending again: for channels. @internal */
export const putBack = Symbol('putBack');
/** Looks at a ring as well: for channels. @internal */
export const addRing = Symbol('addRing');
/** Takes back `addRing`. @internal */
export const removeRing = Symbol('removeRing');
/** Makes something that closes with the receiver: for what is built on receivers. @internal */
export const own = Symbol('own');
/** Takes back `own`. @internal */
export const disown = Symbol('disown');

/**
 * Receives user interrupts on this thread: `uintr_register_handler` on hardware. A thread can have
 * any number of receivers, each with 64 vectors: what one of them takes, masks or waits for never
 * touches another's. On hardware they share the handler and the 64 vectors of their thread.
 */
export class Receiver<const V extends Vectors = Record<never, number>>
  extends EventEmitter<ReceiverEvents<V>>
  implements AsyncIterable<number>, Disposable
{
  /** The backend in use. */
  readonly backend: Backend;
  readonly #vectors: ReadonlyMap<string, number>;
  readonly #names: ReadonlyMap<number, VectorName<V>>;
  readonly #native: NativeReceiver;
  readonly #vectorFds = new Set<VectorFd>();
  readonly #waits = new Waits(
    () => {
      this[updateListening]();
    },
    () => {
      this.#native.deliverPending();
    },
  );
  readonly #counters = newReceiverCounters();
  readonly #unguard: () => void;
  readonly #belongings = new Set<Belonging>();
  readonly #capturesRejections = EventEmitter.captureRejections;
  // The vectors that somebody waits or listens for, 0 to 31 and 32 to 63.
  #wantedLow = 0;
  #wantedHigh = 0;
  #emitInterrupt: (vector: number, name: VectorName<V> | undefined) => void = () => {};
  #refed = true;
  #closed = false;

  /**
   * @throws {UintrError} `ERR_UINTR_NO_HARDWARE`, `ERR_UINTR_UNSUPPORTED_PLATFORM`, or the error of
   * a system call, such as `EMFILE`; on hardware `EBUSY` when another copy of this package has the
   * handler of this thread, and `ENOSPC` when 256 threads have one.
   */
  constructor(options: ReceiverOptions<V> = {}) {
    super();
    checkOptions('options', options);
    this.#vectors = checkVectors(options.vectors);
    this.#names = namesOf(this.#vectors);
    const busyPollMicros = checkBusyPoll(options.busyPollMicros);
    const burst = checkBurst(options.burst);
    const foreignSenders = checkBoolean('options.foreignSenders', options.foreignSenders ?? false);
    const native = binding();
    this.backend = chooseBackend(options.backend ?? 'auto');
    this.#native = native.openReceiver({
      self: this,
      // JavaScript asks for each vector: a callback from native code costs more than a call to it.
      onInterrupts: () => {
        for (let i = 0; i < burst; ++i) {
          const vector = this.#native.next();
          if (vector === -1) return;
          this.#deliver(vector);
        }
      },
      backend: this.backend,
      foreignSenders,
      busyPollMicros,
      counters: this.#counters,
      lastPost,
    });
    this.#unguard =
      this.backend === 'hardware'
        ? closeBeforeExec(() => {
            this.close();
          })
        : () => {};
    if (receiverOpen.hasSubscribers) receiverOpen.publish({ receiver: this });
  }

  /**
   * Makes a descriptor that raises a vector: `uintr_create_fd` or `uintr_vector_fd` on hardware, a
   * vector page and an eventfd in software. Another call for the same vector makes one more,
   * independent of the others, for another peer.
   *
   * @param vector 0 to 63, which has the highest priority, or a name given to the constructor.
   * @throws {UintrError} `EMFILE`, `ERR_UINTR_CLOSED`, or another error of a system call; on
   * hardware `ENOSPC` when the receivers of this thread use all 64 vectors of the kernel.
   */
  createFd(vector: number | VectorName<V>): VectorFd {
    this.#checkOpen();
    const number = vectorOf(this.#vectors, vector);
    const native = this.#native.createFd(number, () => {
      this.#vectorFds.delete(vectorFd);
      vectorFd[disconnect]();
    });
    const vectorFd = VectorFd[create](number, native);
    this.#vectorFds.add(vectorFd);
    return vectorFd;
  }

  /**
   * Makes something that is closed when this receiver closes, unless it is disowned before.
   * `make` gets the numbers of the vectors by their names.
   *
   * @internal
   */
  [own]<T extends Belonging>(make: (vectors: ReadonlyMap<string, number>) => T): T {
    this.#checkOpen();
    const belonging = make(this.#vectors);
    this.#belongings.add(belonging);
    return belonging;
  }

  /** @internal */
  [disown](belonging: Belonging): void {
    this.#belongings.delete(belonging);
  }

  /** @internal */
  [putBack](vector: number): void {
    this.#native.putBack(vector);
  }

  /** @internal */
  [addRing](vector: number, ring: NativeRing): void {
    this.#native.addRing(vector, ring);
  }

  /** @internal */
  [removeRing](reader: Int32Array): void {
    this.#native.removeRing(reader);
  }

  /**
   * Takes the pending vector with the highest priority and returns it, or -1 when none is pending.
   * Does not block, and makes no system call.
   *
   * @throws {UintrError} `ERR_UINTR_CLOSED`.
   */
  poll(): number {
    const vector = this.#native.poll();
    if (vector === -1) this.#checkOpen();
    return vector;
  }

  /**
   * Takes the pending vector with the highest priority and returns it. Blocks this thread until
   * there is one: busy polls as `busyPollMicros` says, then sleeps in the kernel (futex(2),
   * futex_waitv(2) or epoll_wait(2)). Returns -1 on timeout.
   *
   * @param timeoutMs milliseconds; forever when left out. 0 does not block.
   * @throws {UintrError} `ERR_UINTR_MASKED` for a wait without end while interrupts are masked;
   * `ERR_UINTR_CLOSED`.
   */
  waitSync(timeoutMs?: number): number {
    if (timeoutMs === undefined) {
      let vector = this.#native.waitSync(-1);
      if (vector !== -1) return vector;
      for (let waited = SLEEP_SLICE_MS; vector === -1; waited += SLEEP_SLICE_MS) {
        vector = this.#waitOnceMore(-1, waited);
      }
      return vector;
    }
    const timeout = checkMilliseconds('timeoutMs', timeoutMs);
    let vector = this.#native.waitSync(timeout);
    if (vector !== -1 || timeout <= SLEEP_SLICE_MS) return vector;
    const deadline = now() + timeout - SLEEP_SLICE_MS;
    for (;;) {
      const left = deadline - now();
      if (left <= 0) return -1;
      vector = this.#waitOnceMore(left, timeout - left);
      if (vector !== -1) return vector;
    }
  }

  // A function of its own: V8 checks whether the worker is to end when it enters a function. In a
  // loop it checks only every few thousand rounds, until the loop has been optimised.
  #waitOnceMore(timeout: number, waited: number): number {
    return this.#native.waitSync(timeout, waited);
  }

  /**
   * Resolves with the next vector, taken in the event loop, or with -1 on timeout. Several waits
   * are served in the order in which they began, one interrupt each.
   *
   * Rejects with the signal's reason, or with `ERR_UINTR_CLOSED` when the receiver is closed.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    const checked = checkWaitOptions('options', options);
    this.#checkOpen();
    throwIfAborted(checked.signal);
    return await this.#waits.wait(checked, this.#refed);
  }

  /**
   * Yields the vectors as they come, each by a `wait()`. What is raised while the loop's body runs
   * stays pending. Ends when the receiver closes.
   */
  [Symbol.asyncIterator](): AsyncGenerator<number, void, undefined> {
    return new Iteration((options) => this.wait(options));
  }

  /** Unmasks this receiver: `STUI` on hardware. It is unmasked to begin with. */
  stui(): void {
    this.#checkOpen();
    this.#native.stui();
  }

  /**
   * Masks this receiver: `CLUI` on hardware, where the thread has one UIF for all its receivers, once
   * all of them are masked. Interrupts stay pending until `stui()`, for every way of taking them.
   */
  clui(): void {
    this.#checkOpen();
    this.#native.clui();
  }

  /** Returns whether this receiver is unmasked (UIF): `TESTUI` on hardware. */
  testui(): boolean {
    this.#checkOpen();
    return this.#native.testui();
  }

  /** Keeps the process alive while there is a listener, a wait or an iteration: the default. */
  ref(): this {
    this.#refed = true;
    this.#waits.ref();
    this[updateListening]();
    return this;
  }

  /** Lets the process end in spite of listeners and waits. */
  unref(): this {
    this.#refed = false;
    this.#waits.unref();
    this[updateListening]();
    return this;
  }

  /**
   * Closes the receiver: `uintr_unregister_handler` on hardware, for the thread's last one. Every sender emits `'disconnect'`,
   * every vector fd and every rendezvous closes, and waits that have not ended reject with
   * `ERR_UINTR_CLOSED`. `'close'` is emitted on the next tick. Closing twice is fine.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unguard();
    for (const belonging of this.#belongings) belonging.close();
    this.#belongings.clear();
    this.#native.close();
    for (const vectorFd of this.#vectorFds) vectorFd.close();
    this.#vectorFds.clear();
    this.#waits.rejectAll(closedError('receiver'));
    if (receiverClose.hasSubscribers) receiverClose.publish({ receiver: this });
    // Later, as Node's own servers do: an error thrown by a listener must not reach the caller.
    nextTick(() => (this as unknown as NamedEvents).emit('close'));
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }

  /** Counts what this receiver has done so far, also after `close()`. Makes no native call. */
  get stats(): ReceiverStats {
    return receiverStats(this.#counters);
  }

  /**
   * Tells the native side which vectors have listeners: the event loop takes no others.
   *
   * @internal
   */
  [updateListening](): void {
    if (this.#closed) return;
    const events = this as unknown as NamedEvents;
    const [listener, ...others] = events.rawListeners('interrupt');
    const all = this.#waits.count > 0 || listener !== undefined;
    this.#wantedLow = all ? -1 : 0;
    this.#wantedHigh = all ? -1 : 0;
    for (const [name, vector] of this.#vectors) {
      if (events.listenerCount(name) === 0) continue;
      if (vector < 32) this.#wantedLow |= 1 << vector;
      else this.#wantedHigh |= 1 << (vector - 32);
    }
    this.#native.setWanted(this.#wantedLow, this.#wantedHigh, this.#refed);
    // captureRejections handles the promises that listeners return.
    const isOnly = listener !== undefined && others.length === 0 && !this.#capturesRejections;
    this.#emitInterrupt = isOnly ? this.#callOnly(listener) : this.#emitToAll;
  }

  readonly #emitToAll = (vector: number, name: VectorName<V> | undefined): void => {
    (this as unknown as NamedEvents).emit('interrupt', vector, name);
  };

  // Calls a single listener, the usual case, without a look into the emitter's dictionary: per
  // interrupt that look takes as long as the rest of the delivery here. A closure per listener, so
  // that V8 compiles the listener into the delivery.
  #callOnly(listener: Listener): (vector: number, name: VectorName<V> | undefined) => void {
    return (vector, name) => {
      if (this.emit === plainEmit) listener.call(this, vector, name);
      else this.#emitToAll(vector, name);
    };
  }

  #deliver(vector: number): void {
    if (receiverInterrupt.hasSubscribers) {
      receiverInterrupt.publish({ receiver: this, vector });
      // A subscriber may have ended the one wait, or removed the one listener, that it was for.
      if (!this.#isWanted(vector)) {
        this.#native.putBack(vector);
        return;
      }
    }
    if (this.#waits.count > 0) this.#waits.resolveOldest(vector);
    const name = this.#names.size > 0 ? this.#names.get(vector) : undefined;
    try {
      this.#emitInterrupt(vector, name);
    } catch (error) {
      this.#emitNameLater(name);
      throw error;
    }
    if (name !== undefined) this.#emitName(name);
  }

  #isWanted(vector: number): boolean {
    const wanted = vector < 32 ? this.#wantedLow : this.#wantedHigh;
    return (wanted & (1 << (vector % 32))) !== 0;
  }

  // Uses a tick, so that both errors are reported. A method of its own: a function with a closure
  // allocates whenever it is called.
  #emitNameLater(name: VectorName<V> | undefined): void {
    nextTick(() => {
      this.#emitName(name);
    });
  }

  #emitName(name: VectorName<V> | undefined): void {
    if (name !== undefined && !this.#closed) (this as unknown as NamedEvents).emit(name);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError('receiver');
  }
}

onListenersChange(Receiver, (receiver) => {
  receiver[updateListening]();
});
