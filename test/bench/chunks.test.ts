import assert from 'node:assert/strict';
import {
  type Chunk,
  chunksOf,
  chunksOfFloor,
  counts,
  sidesOf,
  summaryOf,
} from '../../scripts/bench/chunks.js';
import { summarize } from '../../scripts/bench/statistics.js';

const NEAR = 110;
const APART = 420;

const chunk = (...floors: number[]): Chunk => ({
  summary: summarize(Float64Array.of(1)),
  floors,
});
const times = (count: number, make: () => Chunk): Chunk[] => Array.from({ length: count }, make);
const near = (): Chunk => chunk(NEAR, NEAR + 5);
const apart = (): Chunk => chunk(APART, APART - 20);

describe('the chunks of spinning runs', () => {
  it('all count where the floor does not change by much', () => {
    const sides = sidesOf([times(50, () => chunk(100, 190)), times(50, () => chunk(150))]);
    assert.deepEqual([sides?.counted, sides?.chunks, sides?.leftOut], ['all', 100, 0]);
  });

  it('all count where the floor changes for a moment only', () => {
    const sides = sidesOf([[...times(95, near), ...times(5, apart)]]);
    assert.deepEqual([sides?.counted, sides?.leftOut], ['all', 0]);
  });

  it('count if they were made apart at both ends, where every contestant has enough of them', () => {
    const mixed = [...times(20, near), ...times(5, apart), chunk(NEAR, APART), chunk(APART, NEAR)];
    const sides = sidesOf([mixed, [...times(3, near), ...times(30, apart)], []]);
    assert.ok(sides);
    assert.deepEqual([sides.counted, sides.chunks, sides.leftOut], ['apart', 60, 25]);
    assert.ok(sides.border > NEAR + 5 && sides.border < APART - 20, String(sides.border));
    assert.deepEqual(
      mixed.filter((each) => counts(each, sides)),
      mixed.slice(20, 25),
    );
  });

  it('count if they were made near, where a contestant has too few apart', () => {
    const few = [...times(20, near), ...times(4, apart), chunk(APART, NEAR)];
    const sides = sidesOf([few, [...times(3, near), ...times(30, apart)]]);
    assert.ok(sides);
    assert.deepEqual([sides.counted, sides.leftOut], ['near', 35]);
    assert.deepEqual(
      few.filter((each) => counts(each, sides)),
      few.slice(0, 20),
    );
  });

  it('all count where the floor was not measured', () => {
    assert.equal(sidesOf([[chunk()], []]), undefined);
  });

  it('lie between two measurements of the floor each', () => {
    const looks = Array.from({ length: 11 }, (_, i) => 1000 + i);
    const rounds = Array.from({ length: 30 }, (_, i) => i);
    const chunks = chunksOf(Float64Array.from([...looks, ...rounds]));
    assert.equal(chunks.length, 10);
    assert.deepEqual(
      [chunks[0], chunks[9]],
      [
        { summary: summarize(Float64Array.of(0, 1, 2)), floors: [1000, 1001] },
        { summary: summarize(Float64Array.of(27, 28, 29)), floors: [1009, 1010] },
      ],
    );
  });

  it('are measurements of the floor themselves, in a run of the floor', () => {
    const chunks = chunksOfFloor(Float64Array.from({ length: 30 }, (_, i) => i));
    assert.deepEqual(
      chunks.map(({ floors }) => floors),
      [1, 4, 7, 10, 13, 16, 19, 22, 25, 28].map((p50) => [p50]),
    );
  });

  it('sum up to a run: the medians over the chunks, and the greatest maximum', () => {
    const of = (p50: number, max: number): Chunk => ({
      summary: { p50, p90: 2 * p50, p99: 3 * p50, max, rate: 1 / p50 },
      floors: [],
    });
    assert.deepEqual(summaryOf([of(4, 50), of(1, 90), of(2, 60)]), {
      p50: 2,
      p90: 4,
      p99: 6,
      max: 90,
      rate: 0.5,
    });
  });
});
