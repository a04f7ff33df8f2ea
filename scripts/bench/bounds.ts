// The bounds that the project sets itself: those of its design, and the stricter ones that came
// later.

import type { Backend } from 'uintr';
import { nameOn } from './constants.js';
import type { Bound } from './results.js';
import type { Row } from './rows.js';
import type { PairsRow } from './sections/pairs.js';
import type { SendCostsRow } from './sections/send-costs.js';

const SEND_AWAKE_NS = 30;
const WAIT_SYNC_TO_FLOOR = 1.4;
const LOOP_TO_FLOOR = 2.2;
const LOOP_TO_MESSAGE_PORT = 0.5;

const STRICTER_SEND_TO_EMPTY_CALL = 1.5;
const STRICTER_LOOP_TO_FLOOR = 2;
const STRICTER_LOOP_TO_MESSAGE_PORT = 0.45;

const AUTO_TO_BEST = 0.9;

const BACKENDS: readonly Backend[] = ['software', 'hardware'];

/** The bounds of everything that was measured, on each backend. */
export function boundsOf(
  rows: readonly Row[],
  sendCosts: readonly SendCostsRow[],
  pairs: readonly PairsRow[],
): Bound[] {
  return BACKENDS.flatMap((backend) =>
    boundsOn(
      backend,
      rows,
      sendCosts.find((row) => row.backend === backend)?.costs,
      pairs.filter((row) => row.backend === backend),
    ),
  );
}

function boundsOn(
  backend: Backend,
  rows: readonly Row[],
  costs: SendCostsRow['costs'] | undefined,
  pairs: readonly PairsRow[],
): Bound[] {
  const bounds: Bound[] = [];
  const add = (
    what: string,
    is: Bound['is'],
    limit: number,
    unit: Bound['unit'],
    measured?: number,
  ): void => {
    if (measured === undefined || Number.isNaN(measured)) return;
    const met = is === 'at most' ? measured <= limit : measured >= limit;
    bounds.push({ what: nameOn(backend, what), is, limit, unit, measured, met });
  };
  const atMost = (what: string, limit: number, measured?: number): void => {
    add(what, 'at most', limit, '×', measured);
  };
  const find = (contestant: string, mode: Row['mode'], sides = ''): Row | undefined =>
    rows.find(
      (row) => row.contestant === contestant && row.mode === mode && row.class.startsWith(sides),
    );
  const ours = (way: string, mode: Row['mode'], sides: string): Row | undefined =>
    find(nameOn(backend, `uintr ${way}`), mode, sides);
  const toRow = (row: Row | undefined, other: Row | undefined): number | undefined =>
    row && other && row.p50 / other.p50;

  const awake = costs?.awake.median;
  add('send() to an awake receiver', 'at most', SEND_AWAKE_NS, 'ns', awake);
  const emptyCall = costs?.emptyCall?.median;
  atMost(
    'send() to an awake receiver, to an empty Node-API call',
    STRICTER_SEND_TO_EMPTY_CALL,
    awake && emptyCall && awake / emptyCall,
  );
  for (const sides of ['threads', 'processes'] as const) {
    const floor = 'the C floor';
    const sync = ours('waitSync', 'spin', sides);
    const loop = ours('event loop', 'spin', sides);
    atMost(`waitSync spinning, ${sides}, to ${floor}`, WAIT_SYNC_TO_FLOOR, sync?.toFloor);
    const bursts = ours('event loop, bursts', 'spin', sides);
    for (const limit of [LOOP_TO_FLOOR, STRICTER_LOOP_TO_FLOOR]) {
      atMost(`event loop busy polling, ${sides}, to ${floor}`, limit, loop?.toFloor);
      atMost(`the same in bursts, ${sides}, to ${floor}`, limit, bursts?.toFloor);
    }
  }
  for (const sides of ['threads', 'processes'] as const) {
    const sync = ours('waitSync', 'one core', sides);
    const loop = ours('event loop', 'one core', sides);
    for (const rival of ['FIFO by fs', 'Atomics.wait']) {
      const ratio = toRow(sync, find(rival, 'one core'));
      atMost(`waitSync asleep on one core, ${sides}, to ${rival}`, 1, ratio);
    }
    const ratio = toRow(loop, find('MessagePort', 'one core'));
    for (const limit of [LOOP_TO_MESSAGE_PORT, STRICTER_LOOP_TO_MESSAGE_PORT]) {
      atMost(`event loop asleep on one core, ${sides}, to MessagePort`, limit, ratio);
    }
  }
  for (const { way, pairs: n, cpus, autoToBest } of pairs) {
    const what = `busy polling auto to the better of 0 and 50, ${way}, pairs: ${n}, CPUs: ${cpus}`;
    add(what, 'at least', AUTO_TO_BEST, '×', autoToBest);
  }
  return bounds;
}
