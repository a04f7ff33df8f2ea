import assert from 'node:assert/strict';
import { boundsOf } from '../../scripts/bench/bounds.js';
import type { Bound } from '../../scripts/bench/results.js';
import type { PairsRow } from '../../scripts/bench/sections/pairs.js';
import type { SendCostsRow } from '../../scripts/bench/sections/send-costs.js';
import { type Figure, figureOf } from '../../scripts/bench/statistics.js';
import { row } from '../support/benchmark.js';

const ns = (value: number): Figure => figureOf([value]);

const sendCosts = (
  backend: SendCostsRow['backend'],
  awake: number,
  emptyCall: number | undefined,
): SendCostsRow => ({
  backend,
  costs: {
    emptyCall: emptyCall === undefined ? undefined : ns(emptyCall),
    awake: ns(awake),
    awakePolling: undefined,
    waitSyncOneCore: ns(5000),
    waitSyncTwoCores: undefined,
    eventLoopOneCore: ns(5000),
    eventLoopTwoCores: undefined,
  },
});

const pairs = (backend: PairsRow['backend'], autoToBest: number): PairsRow => ({
  backend,
  way: 'waitSync',
  pairs: 4,
  cpus: 2,
  by: [],
  autoToBest,
});

const told = (bounds: readonly Bound[]): string[] =>
  bounds.map(({ what, is, limit, unit, measured, met }) =>
    [what, is, limit, unit, measured, met ? 'met' : 'missed'].join('|'),
  );

describe('the bounds', () => {
  it('are none where nothing was measured', () => {
    assert.deepEqual(boundsOf([], [], []), []);
  });

  it('hold for send() up to the limit and not above it, on each backend', () => {
    const costs = [sendCosts('software', 30, 20), sendCosts('hardware', 31, 10)];
    assert.deepEqual(told(boundsOf([], costs, [])), [
      'send() to an awake receiver|at most|30|ns|30|met',
      'send() to an awake receiver, to an empty Node-API call|at most|1.5|×|1.5|met',
      'send() to an awake receiver (hardware)|at most|30|ns|31|missed',
      'send() to an awake receiver, to an empty Node-API call (hardware)|at most|1.5|×|3.1|missed',
    ]);
  });

  it('are absent without a C compiler if they need one', () => {
    assert.deepEqual(told(boundsOf([], [sendCosts('hardware', 12, undefined)], [])), [
      'send() to an awake receiver (hardware)|at most|30|ns|12|met',
    ]);
  });

  it('compare spinning with the floor, on each backend', () => {
    const rows = [
      row('uintr waitSync', 'threads, blocking', 'spin', 140, 1.4),
      row('uintr event loop', 'threads, event loop', 'spin', 210, 2.1),
      row('uintr waitSync (hardware)', 'threads, blocking', 'spin', 150, 1.5),
      row('uintr event loop (hardware)', 'processes, event loop', 'spin', 190, 1.9),
      row('uintr waitSync', 'processes, blocking', 'spin', 150), // the floor did not play
      row('uintr waitSync, default', 'threads, blocking', 'two cores', 9000, 90),
    ];
    assert.deepEqual(told(boundsOf(rows, [], [])), [
      'waitSync spinning, threads, to the C floor|at most|1.4|×|1.4|met',
      'event loop busy polling, threads, to the C floor|at most|2.2|×|2.1|met',
      'event loop busy polling, threads, to the C floor|at most|2|×|2.1|missed',
      'waitSync spinning, threads, to the C floor (hardware)|at most|1.4|×|1.5|missed',
      'event loop busy polling, processes, to the C floor (hardware)|at most|2.2|×|1.9|met',
      'event loop busy polling, processes, to the C floor (hardware)|at most|2|×|1.9|met',
    ]);
  });

  it('compare sleeping with the rivals that have played, on each backend', () => {
    const rows = [
      row('uintr waitSync', 'threads, blocking', 'one core', 8000),
      row('uintr event loop', 'threads, event loop', 'one core', 9600),
      row('uintr waitSync (hardware)', 'processes, blocking', 'one core', 12_000),
      row('Atomics.wait', 'threads, blocking', 'one core', 10_000),
      row('MessagePort', 'threads, event loop', 'one core', 20_000),
      row('MessagePort', 'threads, event loop', 'two cores', 1),
    ];
    assert.deepEqual(told(boundsOf(rows, [], [])), [
      'waitSync asleep on one core, threads, to Atomics.wait|at most|1|×|0.8|met',
      'event loop asleep on one core, threads, to MessagePort|at most|0.5|×|0.48|met',
      'event loop asleep on one core, threads, to MessagePort|at most|0.45|×|0.48|missed',
      'waitSync asleep on one core, processes, to Atomics.wait (hardware)|at most|1|×|1.2|missed',
    ]);
  });

  it('hold for busy pairs from the limit on and not below it, on each backend', () => {
    const what = 'busy polling auto to the better of 0 and 50, waitSync, pairs: 4, CPUs: 2';
    const rows = [pairs('hardware', 0.89), pairs('software', 0.9)];
    assert.deepEqual(told(boundsOf([], [], rows)), [
      `${what}|at least|0.9|×|0.9|met`,
      `${what} (hardware)|at least|0.9|×|0.89|missed`,
    ]);
  });
});
