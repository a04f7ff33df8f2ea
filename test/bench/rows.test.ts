import assert from 'node:assert/strict';
import type { Class } from '../../scripts/bench/contestants.js';
import type { Mode } from '../../scripts/bench/modes.js';
import { type Played, type Row, rowOf } from '../../scripts/bench/rows.js';

/** The p50 of each run of a contestant, by turn. */
type Runs = Readonly<Record<number, number>>;

const played = (
  name: string,
  kind: Class,
  runs: Runs,
  mode: Mode = 'one core',
  vectors?: number,
): Played => ({
  contestant: {
    name,
    class: kind,
    ours: name.startsWith('uintr'),
    ...(vectors === undefined ? {} : { vectors }),
  },
  mode,
  runs: new Map(
    Object.entries(runs).map(([turn, p50]) => [
      Number(turn),
      { p50, p90: 2 * p50, p99: 3 * p50, max: 4 * p50, rate: 1e9 / p50 },
    ]),
  ),
});

function row(ours: Played, ...others: readonly Played[]): Row {
  return rowOf(ours, [ours, ...others]);
}

describe('a row of the benchmark', () => {
  it('has the medians of the runs and their spread', () => {
    const one = row(played('uintr', 'threads, blocking', { 1: 30, 2: 10, 3: 20 }));
    assert.deepEqual(one, {
      contestant: 'uintr',
      class: 'threads, blocking',
      ours: true,
      vectors: undefined,
      mode: 'one core',
      runs: 3,
      p50: 20,
      p90: 40,
      p99: 60,
      max: 80,
      rate: 1e9 / 20,
      spread: [10, 30],
      toFloor: undefined,
      toPeer: undefined,
      peer: undefined,
    });
  });

  it('has the median of the ratios of paired runs', () => {
    const ours = played('uintr', 'threads, blocking', { 1: 10, 2: 40, 3: 30 });
    const floor = played('C', 'C, processes', { 1: 5, 2: 10, 3: 10 });
    assert.equal(row(ours, floor).toFloor, 3); // of 2, 4 and 3; the ratio of the medians is the same: 30 / 10
    const noisy = played('C', 'C, processes', { 1: 10, 2: 20, 3: 60 });
    assert.equal(row(ours, noisy).toFloor, 1); // the median of 1, 2 and 0.5; the ratio of the medians is 1.5
  });

  it('compares the turns that both have played, and nothing where there is none', () => {
    const ours = played('uintr', 'threads, blocking', { 1: 100, 2: 20, 3: 30 });
    const late = played('C', 'C, processes', { 2: 10, 3: 10, 4: 1 });
    assert.equal(row(ours, late).toFloor, 2.5);
    const never = played('C', 'C, processes', { 4: 1 });
    assert.equal(row(ours, never).toFloor, undefined);
  });

  it('compares the medians of all runs that count where nobody sleeps', () => {
    const ours = played('uintr', 'threads, blocking', { 1: 100, 2: 20, 3: 30 }, 'spin');
    const floor = played('C', 'C, processes', { 4: 10, 5: 20 }, 'spin');
    assert.equal(row(ours, floor).toFloor, 2);
  });

  it('has the fastest in C of the mode as its floor, and the fastest rival of its class as its peer', () => {
    const all = [
      played('uintr', 'threads, blocking', { 1: 60 }),
      played('C fast', 'C, processes', { 1: 20 }),
      played('C slow', 'C, processes', { 1: 30 }),
      played('C spin', 'C, processes', { 1: 1 }, 'spin'),
      played('uintr, default', 'threads, blocking', { 1: 2 }),
      played('fast', 'threads, blocking', { 1: 40 }),
      played('slow', 'threads, blocking', { 1: 80 }),
      played('loop', 'threads, event loop', { 1: 3 }),
    ];
    const rows = all.map((one) => rowOf(one, all));
    const of = (name: string): (number | string | undefined)[] => {
      const { toFloor, toPeer, peer } = rows.find(({ contestant }) => contestant === name) ?? {};
      return [toFloor, toPeer, peer];
    };
    assert.deepEqual(of('uintr'), [3, 1.5, 'fast']);
    assert.deepEqual(of('fast'), [2, 0.5, 'slow']);
    assert.deepEqual(of('loop'), [0.15, undefined, undefined]);
    assert.deepEqual(of('C fast'), [1, 20 / 30, 'C slow']);
    assert.deepEqual(of('C spin'), [1, undefined, undefined]);
  });

  it('has a peer with as many vectors in fan-in', () => {
    const kind = 'threads, event loop';
    const all = [
      played('uintr', kind, { 1: 10 }),
      played('uintr, 8', kind, { 1: 12 }, 'one core', 8),
      played('port', kind, { 1: 20 }),
      played('port, 8', kind, { 1: 36 }, 'one core', 8),
      played('port, 64', kind, { 1: 1 }, 'one core', 64),
    ];
    const peers = all.slice(0, 2).map((one) => {
      const { toPeer, peer } = rowOf(one, all);
      return [toPeer, peer];
    });
    assert.deepEqual(peers, [
      [0.5, 'port'],
      [12 / 36, 'port, 8'],
    ]);
  });
});
