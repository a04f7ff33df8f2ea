import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** The first rounds run cold code, and are not counted. */
export const WARM_UP = 2000;

const PROGRESS_EVERY = 4096;

/** Notes the end of each round trip. Only a store: a histogram would cost more than the round. */
export class Laps {
  readonly #ends: Float64Array;
  readonly #onProgress: ((laps: number) => void) | undefined;
  #count = 0;

  constructor(rounds: number, onProgress?: (laps: number) => void) {
    this.#ends = new Float64Array(WARM_UP + rounds);
    this.#onProgress = onProgress;
  }

  /** Ends a round trip. Returns whether there is another one to make. */
  lap(): boolean {
    this.#ends[this.#count++] = performance.now();
    if (this.#onProgress !== undefined && this.#count % PROGRESS_EVERY === 0) {
      this.#onProgress(this.#count);
    }
    return this.#count < this.#ends.length;
  }

  /** How long the round trips took, in nanoseconds. */
  histogram(): RecordableHistogram {
    const histogram = createHistogram();
    for (let i = WARM_UP; i < this.#count; ++i) {
      const milliseconds = (this.#ends[i] ?? 0) - (this.#ends[i - 1] ?? 0);
      histogram.record(Math.max(Math.round(milliseconds * 1e6), 1));
    }
    return histogram;
  }
}
