import assert from 'node:assert/strict';
import {
  figureOf,
  figuresOf,
  median,
  quantile,
  ratiosOf,
  summarize,
} from '../../scripts/bench/statistics.js';

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

  it('have the spread of a figure beside its median, of every figure of the runs', () => {
    assert.deepEqual(figureOf([5, 1, 2]), { median: 2, least: 1, greatest: 5 });
    const runs = [
      { posts: 10, part: 0.5 },
      { posts: 30, part: 0.25 },
    ];
    assert.deepEqual(figuresOf(runs), {
      posts: { median: 20, least: 10, greatest: 30 },
      part: { median: 0.375, least: 0.25, greatest: 0.5 },
    });
  });

  it('have the ratios of paired runs', () => {
    assert.deepEqual(ratiosOf([10, 20, 30], [5, 40, 10]), [2, 0.5, 3]);
    assert.deepEqual(ratiosOf([10, 20], [5]), [2, NaN]);
  });
});
