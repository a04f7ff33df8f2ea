// The bounds that the design sets (README, "Speed").

import type { SendCosts } from './node/send-cost.js';
import type { Row } from './ping-pong.js';
import type { Bound } from './results.js';

const SEND_AWAKE_NS = 30;
const WAIT_SYNC_TO_FLOOR = 1.4;
const LOOP_TO_FLOOR = 2.2;
const LOOP_TO_MESSAGE_PORT = 0.5;

export function boundsOf(rows: readonly Row[], costs: SendCosts | undefined): Bound[] {
  const bounds: Bound[] = [];
  const add = (what: string, limit: number, unit: Bound['unit'], measured?: number): void => {
    if (measured === undefined || Number.isNaN(measured)) return;
    bounds.push({ what, limit, unit, measured, met: measured <= limit });
  };
  const find = (contestant: string, mode: Row['mode'], sides = ''): Row | undefined =>
    rows.find(
      (row) => row.contestant === contestant && row.mode === mode && row.class.startsWith(sides),
    );
  const toRow = (row: Row | undefined, other: Row | undefined): number | undefined =>
    row && other && row.p50 / other.p50;

  add('send() to an awake receiver', SEND_AWAKE_NS, 'ns', costs?.awake);
  for (const sides of ['threads', 'processes'] as const) {
    const floor = 'the C floor';
    const sync = find('uintr waitSync', 'spin', sides);
    const loop = find('uintr event loop', 'spin', sides);
    add(`waitSync spinning, ${sides}, to ${floor}`, WAIT_SYNC_TO_FLOOR, '×', sync?.toFloor);
    add(`event loop busy polling, ${sides}, to ${floor}`, LOOP_TO_FLOOR, '×', loop?.toFloor);
  }
  for (const sides of ['threads', 'processes'] as const) {
    const sync = find('uintr waitSync', 'one core', sides);
    const loop = find('uintr event loop', 'one core', sides);
    for (const rival of ['FIFO by fs', 'Atomics.wait']) {
      const ratio = toRow(sync, find(rival, 'one core'));
      add(`waitSync asleep on one core, ${sides}, to ${rival}`, 1, '×', ratio);
    }
    const ratio = toRow(loop, find('MessagePort', 'one core'));
    add(
      `event loop asleep on one core, ${sides}, to MessagePort`,
      LOOP_TO_MESSAGE_PORT,
      '×',
      ratio,
    );
  }
  return bounds;
}
