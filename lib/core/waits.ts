/** The queue of `Receiver.wait()`. */

import { limited, type Waiter, type WaitOptions } from '../internal/deadline.js';

/** Waits that have not ended, in the order in which they began. */
export class Waits {
  /** How many there are. A field and no getter: every delivery reads it. */
  count = 0;
  readonly #waiters = new Set<Waiter<number>>();
  readonly #onChange: () => void;
  readonly #deliverPending: () => void;

  /**
   * @param onChange called when a wait has begun or ended.
   * @param deliverPending delivers what is pending. Timers run before the loop looks at interrupts:
   * where the loop is late, an interrupt can have been there before the time was up.
   */
  constructor(onChange: () => void, deliverPending: () => void) {
    this.#onChange = onChange;
    this.#deliverPending = deliverPending;
  }

  /**
   * Resolves with a vector, or with -1 on timeout.
   *
   * @param ref whether the timer of the timeout keeps the process alive.
   */
  wait({ signal, timeout }: WaitOptions, ref: boolean): Promise<number> {
    const onTimeout = ({ resolve }: Waiter<number>): void => {
      this.#deliverPending();
      resolve(-1); // has no effect on a wait that has its interrupt
    };
    return limited<number>({ signal, timeout, onTimeout, ref }, (waiter) => {
      this.#waiters.add(waiter);
      this.#update();
      return () => {
        this.#waiters.delete(waiter);
        this.#update();
      };
    });
  }

  resolveOldest(vector: number): void {
    const [waiter] = this.#waiters;
    waiter?.resolve(vector);
  }

  rejectAll(reason: Error): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }

  ref(): void {
    for (const { timer } of this.#waiters) timer?.ref();
  }

  unref(): void {
    for (const { timer } of this.#waiters) timer?.unref();
  }

  #update(): void {
    this.count = this.#waiters.size;
    this.#onChange();
  }
}
