/** Takes the time of each round, with two stores only: all else would be part of the next round. */
export class Stopwatch {
  readonly #times: Float64Array;
  readonly #warmUp: number;
  readonly #chunk: number;
  readonly #betweenChunks: (() => void) | undefined;
  #count: number;
  #last = 0;

  /**
   * Times `rounds` after `warmUp` rounds that do not count. Calls `betweenChunks` before the first
   * chunk and after each; that time does not count.
   */
  constructor(rounds: number, warmUp: number, chunk = rounds, betweenChunks?: () => void) {
    this.#times = new Float64Array(rounds);
    this.#warmUp = Math.max(warmUp, 1);
    this.#chunk = chunk;
    this.#betweenChunks = betweenChunks;
    this.#count = -this.#warmUp;
  }

  /** Ends a round. Returns whether there is another one. */
  lap(): boolean {
    const now = performance.now();
    if (this.#count >= 0) this.#times[this.#count] = now - this.#last;
    this.#last = now;
    if (++this.#count % this.#chunk === 0 && this.#count >= 0) this.#pause();
    return this.#count < this.#times.length;
  }

  #pause(): void {
    if (this.#betweenChunks === undefined) return;
    this.#betweenChunks();
    this.#last = performance.now();
  }

  /** The time of each round, in nanoseconds, without the cost of reading the clock. */
  times(): Float64Array {
    const clock = clockCost();
    return this.#times.map((milliseconds) => milliseconds * 1e6 - clock);
  }
}

const BATCHES = 200;
const BATCH = 1000;

/** Nanoseconds that one reading of the clock takes: the least of many averages. */
export function clockCost(): number {
  let least = Infinity;
  for (let batch = 0; batch < BATCHES; ++batch) {
    const start = performance.now();
    for (let i = 1; i < BATCH; ++i) performance.now();
    least = Math.min(least, ((performance.now() - start) * 1e6) / BATCH);
  }
  return least;
}
