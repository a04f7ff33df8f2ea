/** Token buckets. */

import { now } from '../internal/clock.js';

/** Limits how often something may happen per key: token buckets that hold one second's worth. */
export class RateLimit {
  readonly #buckets = new Map<number, { readonly tokens: number; readonly at: number }>();
  readonly #capacity: number;

  /** @param mostOwed the most tokens that one `take()` may owe. */
  constructor(
    readonly perSecond: number,
    readonly mostOwed: number,
  ) {
    this.#capacity = Math.max(perSecond, 1); // with less than one token nothing would ever happen
  }

  /**
   * Takes tokens of the key, if there are at least `least`. Returns whether there were. What is
   * missing then is owed, so that a large amount is not out of reach of a small limit.
   */
  take(key: number, count = 1, least = 1, time = now()): boolean {
    if (this.perSecond === Infinity) return true;
    const bucket = this.#buckets.get(key) ?? { tokens: this.#capacity, at: time };
    const gained = ((time - bucket.at) * this.perSecond) / 1000;
    const tokens = Math.min(bucket.tokens + gained, this.#capacity);
    const allowed = tokens >= least;
    this.#buckets.delete(key); // moves it to the end: the front holds the keys longest idle
    this.#buckets.set(key, { tokens: allowed ? tokens - count : tokens, at: time });
    this.#forgetIdle(time);
    return allowed;
  }

  /** Drops buckets that are full again: a new bucket is the same. */
  #forgetIdle(time: number): void {
    const full = (1000 * (this.#capacity + this.mostOwed)) / this.perSecond;
    for (const [key, { at }] of this.#buckets) {
      if (time - at < full) return;
      this.#buckets.delete(key);
    }
  }
}
