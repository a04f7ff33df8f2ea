import assert from 'node:assert/strict';
import { median, quantile, summarize } from '../../scripts/bench/statistics.js';

describe('the statistics of the benchmark', () => {
  it('have the median of numbers in any order', () => {
    assert.equal(median([30, 1, 200]), 30);
    assert.equal(median([30, 1, 200, 20]), 25);
    assert.equal(median([7]), 7);
    assert.equal(median([]), NaN);
  });

  it('have quantiles that are among the numbers', () => {
    const sorted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    assert.deepEqual(
      [0, 0.1, 0.5, 0.9, 1].map((q) => quantile(sorted, q)),
      [1, 2, 6, 10, 10],
    );
    assert.equal(quantile([], 0.5), NaN);
  });

  it('sum up a run', () => {
    const times = Float64Array.from({ length: 100 }, (_, i) => 100 * (100 - i)); // 10,000 … 100 ns
    const before = times.slice();
    assert.deepEqual(summarize(times), {
      p50: 5100,
      p90: 9100,
      p99: 10_000,
      max: 10_000,
      rate: (100 / 505_000) * 1e9,
    });
    assert.deepEqual(times, before);
  });
});
