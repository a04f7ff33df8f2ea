/** Notes when each round ended. Only a store: anything more would be part of the next round. */
export class Stopwatch {
  readonly #ends: Float64Array;
  readonly #warmUp: number;
  #count = 0;

  constructor(rounds: number, warmUp: number) {
    this.#ends = new Float64Array(warmUp + rounds);
    this.#warmUp = Math.max(warmUp, 1);
  }

  /** Ends a round; returns whether there is another one. */
  lap(): boolean {
    this.#ends[this.#count++] = performance.now();
    return this.#count < this.#ends.length;
  }

  /** What each round took, in nanoseconds, without the cost of reading the clock. */
  times(): Float64Array {
    const clock = clockCost();
    const ends = this.#ends;
    const times = new Float64Array(ends.length - this.#warmUp);
    for (let i = 0; i < times.length; ++i) {
      const end = ends[i + this.#warmUp] ?? NaN;
      const start = ends[i + this.#warmUp - 1] ?? NaN;
      times[i] = (end - start) * 1e6 - clock;
    }
    return times;
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
