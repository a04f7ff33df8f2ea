// Measures what a call costs, for calls that are all CPU time.

export const BATCH = 10_000;
const BATCHES = 200;

/**
 * Nanoseconds that one call takes. Each caller brings its own loop of BATCH calls: V8 would compile a
 * common loop for the first caller, and it would be slow for the others. By default the result is the
 * least of many averages, because noise only adds to CPU time.
 */
export function costOf(batch: () => void, of: (averages: number[]) => number = least): number {
  const averages: number[] = [];
  for (let i = 0; i < BATCHES; ++i) {
    const start = performance.now();
    batch();
    averages.push(((performance.now() - start) * 1e6) / BATCH);
  }
  return of(averages);
}

export function least(numbers: readonly number[]): number {
  return Math.min(...numbers);
}
