export const BATCH = 10_000;
const BATCHES = 200;

/**
 * Nanoseconds that one call takes. Each caller brings its own loop of BATCH calls: one loop for all
 * would be compiled for the first and slow for the others. The least of many averages, for what is
 * all CPU time: noise only adds.
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
