/** How often something may happen for each key: a token bucket that holds a second's worth. */
export class RateLimit {
  readonly #buckets = new Map<number, { readonly tokens: number; readonly at: number }>();
  readonly #capacity: number;

  constructor(readonly perSecond: number) {
    this.#capacity = Math.max(perSecond, 1); // less would never let anybody in
  }

  /** Whether it may happen now. */
  take(key: number, now = performance.now()): boolean {
    if (this.perSecond === Infinity) return true;
    const bucket = this.#buckets.get(key) ?? { tokens: this.#capacity, at: now };
    const gained = ((now - bucket.at) * this.perSecond) / 1000;
    const tokens = Math.min(bucket.tokens + gained, this.#capacity);
    const allowed = tokens >= 1;
    this.#buckets.delete(key); // to the end: those at the front have been idle for longest
    this.#buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now });
    this.#forgetIdle(now);
    return allowed;
  }

  /** A bucket that is full again says no more than none. */
  #forgetIdle(now: number): void {
    const full = (1000 * this.#capacity) / this.perSecond;
    for (const [key, { at }] of this.#buckets) {
      if (now - at < full) return;
      this.#buckets.delete(key);
    }
  }
}
