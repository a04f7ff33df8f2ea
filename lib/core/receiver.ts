import { EventEmitter } from 'node:events';
import {
  checkMilliseconds,
  checkOptions,
  checkTimeout,
  checkVector,
  invalidType,
  invalidValue,
} from '../internal/arguments.js';
import { binding, type NativeReceiver } from '../internal/binding.js';
import { type Backend, chooseBackend } from './capabilities.js';
import { receiverClose, receiverInterrupt, receiverOpen } from './diagnostics.js';
import { closedError, UintrError } from '../internal/errors.js';
import { closeBeforeExec } from './exec-guard.js';
import { lastPost } from './last-post.js';
import {
  checkBurst,
  checkBusyPoll,
  checkVectors,
  type ReceiverOptions,
  type VectorName,
  type Vectors,
} from './receiver-options.js';
import { newReceiverCounters, type ReceiverStats, receiverStats } from './stats.js';
import { disconnect, VectorFd } from './vector-fd.js';
import type { WaitOptions } from '../internal/waiting.js';

export type ReceiverEvents<V extends Vectors> = {
  /** A vector was raised; its name, if it has one. Each name is an event, too. */
  interrupt: [vector: number, name: VectorName<V> | undefined];
  /** The receiver has been closed. Emitted on the tick after `close()`, once. */
  close: [];
} & Record<VectorName<V>, []>;

/** What TypeScript cannot tell of an emitter whose events depend on a type parameter. */
interface NamedEvents {
  emit(name: string, ...args: unknown[]): boolean;
  listenerCount(name: string): number;
  rawListeners(name: 'interrupt'): ((vector: number, name: string | undefined) => void)[];
}

/** A `wait()` that has not ended yet. */
interface Waiter {
  resolve(vector: number): void;
  reject(reason: unknown): void;
  timer: NodeJS.Timeout | undefined;
}

// The longest that one native waitSync sleeps: native/js/receiver_binding.cc, kSleepSlice.
const SLEEP_SLICE_MS = 50;

const updateListening = Symbol('updateListening');
/** Makes something that is disposed of with the receiver: see Receiver. @internal */
export const own = Symbol('own');
/** Takes back `own`. @internal */
export const disown = Symbol('disown');

/**
 * Receives user interrupts on this thread: `uintr_register_handler` on hardware. A thread has one
 * receiver at the most.
 */
export class Receiver<const V extends Vectors = Record<never, number>>
  extends EventEmitter<ReceiverEvents<V>>
  implements AsyncIterable<number>, Disposable
{
  readonly backend: Backend;
  readonly #vectors: ReadonlyMap<string, number>;
  readonly #names: ReadonlyMap<number, VectorName<V>>;
  readonly #native: NativeReceiver;
  readonly #vectorFds = new Map<number, VectorFd>();
  readonly #waiters = new Set<Waiter>();
  readonly #counters = newReceiverCounters();
  readonly #unguard: () => void;
  readonly #belongings = new Set<Disposable>();
  #emitInterrupt = this.#emitter();
  #refed = true;
  #closed = false;

  /**
   * @throws {UintrError} `EBUSY` when this thread has a receiver, `ERR_UINTR_NO_HARDWARE`,
   * `ERR_UINTR_UNSUPPORTED_PLATFORM`, or what a system call failed with.
   */
  constructor(options: ReceiverOptions<V> = {}) {
    super();
    checkOptions('options', options);
    this.#vectors = checkVectors(options.vectors);
    this.#names = new Map(
      [...this.#vectors].map(([name, vector]) => [vector, name as VectorName<V>]),
    );
    const busyPollMicros = checkBusyPoll(options.busyPollMicros);
    const burst = checkBurst(options.burst);
    const native = binding();
    this.backend = chooseBackend(options.backend ?? 'auto');
    this.#native = native.openReceiver({
      self: this,
      // The vector is asked for from here, because getting here costs more than the rest.
      onInterrupt: () => {
        for (let i = 0; i < burst; ++i) {
          const vector = this.#native.next();
          if (vector === -1) return;
          this.#deliver(vector);
        }
      },
      onHangUp: (id) => {
        this.#hangUp(id);
      },
      hardware: this.backend === 'hardware',
      foreignSenders: options.foreignSenders ?? false,
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
   * A descriptor that raises the vector: `uintr_create_fd` or `uintr_vector_fd`. Again for the same
   * vector makes one more, independent of the others, for another peer.
   *
   * @param vector 0 to 63, the highest priority, or one of the names given to the constructor.
   */
  createFd(vector: number | VectorName<V>): VectorFd {
    this.#checkOpen();
    const number = this.#vectorOf(vector);
    const native = this.#native.createFd(number);
    const vectorFd = new VectorFd(number, native, {
      closeFd: () => {
        this.#native.closeFd(native.id);
      },
    });
    this.#vectorFds.set(native.id, vectorFd);
    return vectorFd;
  }

  /**
   * Makes something that is disposed of when this receiver closes, unless it is disowned before.
   * `make` gets the vectors by their names.
   *
   * @internal
   */
  [own]<T extends Disposable>(make: (vectors: ReadonlyMap<string, number>) => T): T {
    this.#checkOpen();
    const belonging = make(this.#vectors);
    this.#belongings.add(belonging);
    return belonging;
  }

  /** @internal */
  [disown](belonging: Disposable): void {
    this.#belongings.delete(belonging);
  }

  /** Takes the highest pending vector, without blocking and without a system call; -1 when none. */
  poll(): number {
    const vector = this.#native.poll();
    if (vector === -1) this.#checkOpen();
    return vector;
  }

  /**
   * Takes the highest pending vector, and blocks this thread until there is one: it spins as
   * `busyPollMicros` says, then sleeps in the kernel. -1 on timeout.
   *
   * @param timeoutMs milliseconds; for ever when left out. 0 does not block.
   * @throws {UintrError} `ERR_UINTR_MASKED` for a wait without end while interrupts are masked.
   */
  waitSync(timeoutMs?: number): number {
    if (timeoutMs === undefined) {
      let vector = this.#native.waitSync(-1);
      for (let waited = SLEEP_SLICE_MS; vector === -1; waited += SLEEP_SLICE_MS) {
        vector = this.#waitOnceMore(-1, waited);
      }
      return vector;
    }
    const timeout = checkMilliseconds('timeoutMs', timeoutMs);
    let vector = this.#native.waitSync(timeout);
    if (vector !== -1 || timeout <= SLEEP_SLICE_MS) return vector;
    const deadline = performance.now() + timeout - SLEEP_SLICE_MS;
    for (;;) {
      const left = deadline - performance.now();
      if (left <= 0) return -1;
      vector = this.#waitOnceMore(left, timeout - left);
      if (vector !== -1) return vector;
    }
  }

  // A function of its own, because V8 looks whether the worker is to end when a function is entered;
  // in a loop it does so only every few thousand rounds, until the loop has been optimised.
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
    checkOptions('options', options);
    const { signal } = options;
    const timeout = checkTimeout('options.timeout', options.timeout);
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalidType('options.signal', 'an instance of AbortSignal', signal);
    }
    this.#checkOpen();
    signal?.throwIfAborted();

    let onAbort: (() => void) | undefined;
    let waiter: Waiter | undefined;
    try {
      return await new Promise<number>((resolve, reject) => {
        const timer = timeout === undefined ? undefined : setTimeout(resolve, timeout, -1);
        if (!this.#refed) timer?.unref();
        waiter = { resolve, reject, timer };
        this.#waiters.add(waiter);
        this[updateListening]();
        if (signal !== undefined) {
          onAbort = () => {
            reject(signal.reason as Error);
          };
          signal.addEventListener('abort', onAbort, { once: true });
        }
      });
    } finally {
      if (waiter !== undefined && this.#waiters.delete(waiter)) this[updateListening]();
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      clearTimeout(waiter?.timer);
    }
  }

  /** The vectors as they come; what is raised while the body runs stays pending. Ends on close(). */
  async *[Symbol.asyncIterator](): AsyncGenerator<number, void, undefined> {
    try {
      for (;;) yield await this.wait();
    } catch (error) {
      if (!(error instanceof UintrError && error.code === 'ERR_UINTR_CLOSED')) throw error;
    }
  }

  /** Unmasks interrupts: `STUI`. They are unmasked to begin with. */
  stui(): void {
    this.#checkOpen();
    this.#native.stui();
  }

  /** Masks interrupts: `CLUI`. They stay pending until `stui()`, for every way of taking them. */
  clui(): void {
    this.#checkOpen();
    this.#native.clui();
  }

  /** Whether interrupts are unmasked (UIF): `TESTUI`. */
  testui(): boolean {
    this.#checkOpen();
    return this.#native.testui();
  }

  /** While somebody listens, keep the process alive: the default. */
  ref(): this {
    this.#refed = true;
    for (const { timer } of this.#waiters) timer?.ref();
    this[updateListening]();
    return this;
  }

  /** Do not keep the process alive. */
  unref(): this {
    this.#refed = false;
    for (const { timer } of this.#waiters) timer?.unref();
    this[updateListening]();
    return this;
  }

  /**
   * `uintr_unregister_handler`. Every sender is told (`disconnect`), every vector fd is closed,
   * waits that have not ended reject with `ERR_UINTR_CLOSED`, and every rendezvous closes. `'close'`
   * is emitted on the next tick. Closing twice is fine.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unguard();
    for (const belonging of this.#belongings) belonging[Symbol.dispose]();
    this.#belongings.clear();
    this.#native.close();
    for (const vectorFd of this.#vectorFds.values()) vectorFd.close();
    this.#vectorFds.clear();
    for (const waiter of this.#waiters) waiter.reject(closedError('receiver'));
    this.#waiters.clear();
    if (receiverClose.hasSubscribers) receiverClose.publish({ receiver: this });
    // Later, as Node's own servers do: what a listener throws must not keep the caller from going on.
    process.nextTick(() => (this as unknown as NamedEvents).emit('close'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** What it has done so far, also after `close()`. */
  get stats(): ReceiverStats {
    return receiverStats(this.#counters);
  }

  /** The event loop takes only the vectors that somebody is there to get. */
  [updateListening](): void {
    if (this.#closed) return;
    const events = this as unknown as NamedEvents;
    const all = this.#waiters.size > 0 || events.listenerCount('interrupt') > 0;
    const taken: [low: number, high: number] = all ? [-1, -1] : [0, 0];
    for (const [name, vector] of this.#vectors) {
      if (events.listenerCount(name) > 0) taken[vector < 32 ? 0 : 1] |= 1 << (vector % 32);
    }
    this.#native.listen(...taken, this.#refed);
    this.#emitInterrupt = this.#emitter();
  }

  /**
   * Emits 'interrupt'. To one listener, which is the usual case, without a look into the emitter's
   * dictionary for each interrupt: that takes as long as all else that is done here.
   */
  #emitter(): (vector: number, name: VectorName<V> | undefined) => void {
    const events = this as unknown as NamedEvents;
    const [listener, ...others] = events.rawListeners('interrupt');
    // Somebody wants to see what is emitted, or what becomes of the promises of listeners.
    const isWatched = this.emit !== EventEmitter.prototype.emit || EventEmitter.captureRejections;
    if (others.length > 0 || isWatched) {
      return (vector, name) => events.emit('interrupt', vector, name);
    }
    return (vector, name) => listener?.call(this, vector, name);
  }

  #deliver(vector: number): void {
    if (receiverInterrupt.hasSubscribers) receiverInterrupt.publish({ receiver: this, vector });
    if (this.#waiters.size > 0) this.#resolveOldestWait(vector);
    const name = this.#names.size > 0 ? this.#names.get(vector) : undefined;
    try {
      this.#emitInterrupt(vector, name);
    } catch (error) {
      this.#emitNameLater(name);
      throw error;
    }
    if (name !== undefined) this.#emitName(name);
  }

  // By itself, so that an error of its own hides none. A method of its own, because a function that
  // has a closure allocates whenever it is called.
  #emitNameLater(name: VectorName<V> | undefined): void {
    queueMicrotask(() => {
      this.#emitName(name);
    });
  }

  #emitName(name: VectorName<V> | undefined): void {
    if (name !== undefined && !this.#closed) (this as unknown as NamedEvents).emit(name);
  }

  #resolveOldestWait(vector: number): void {
    const [waiter] = this.#waiters;
    if (waiter === undefined) return;
    this.#waiters.delete(waiter);
    waiter.resolve(vector);
    this[updateListening]();
  }

  #hangUp(id: number): void {
    const vectorFd = this.#vectorFds.get(id);
    this.#vectorFds.delete(id);
    vectorFd?.[disconnect]();
  }

  #vectorOf(vector: unknown): number {
    if (typeof vector !== 'string') return checkVector('vector', vector);
    const number = this.#vectors.get(vector);
    if (number === undefined) {
      const known = [...this.#vectors.keys()];
      throw invalidValue(
        'vector',
        known.length === 0 ? 'a number: no vector has a name' : `one of ${known.join(', ')}`,
        vector,
      );
    }
    return number;
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError('receiver');
  }
}

// Every way to add or remove a listener decides anew whether interrupts are taken.
for (const method of [
  'on',
  'addListener',
  'prependListener',
  'off',
  'removeListener',
  'removeAllListeners',
] as const) {
  const inherited = Reflect.get(EventEmitter.prototype, method) as (...args: unknown[]) => unknown;
  Object.defineProperty(Receiver.prototype, method, {
    configurable: true,
    writable: true,
    value(this: Receiver, ...args: unknown[]): Receiver {
      inherited.apply(this, args);
      this[updateListening]();
      return this;
    },
  });
}
