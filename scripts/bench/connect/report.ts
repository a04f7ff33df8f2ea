// The report of the measurer, as text.

import { micros, table } from '../report/table.js';
import type { Step } from './first-interrupt.js';
import type { Idle } from './idle-connections.js';

export const stepsText = (steps: readonly Step[]): string =>
  `Connecting, between two processes, in µs\n${table(
    ['<', 'p50', 'p90', 'p99', 'max'],
    steps.map(({ step, times: { p50, p90, p99, max } }) => [
      step,
      ...[p50, p90, p99, max].map(micros),
    ]),
  )}`;

export function idleText(idle: readonly Idle[]): string {
  const none = idle[0];
  const each = (of: (row: Idle) => number, row: Idle, unit: number): string =>
    none === undefined || row.connections === 0
      ? ''
      : ((of(row) - of(none)) / row.connections / unit).toFixed(1);
  return `Idle connections: a turn of the receiver's event loop in ns, and what each connection adds\n${table(
    ['connections', 'busy turn', 'each', 'sleeping turn', 'each', 'memory each, KiB'],
    idle.map((row) => [
      String(row.connections),
      row.busyTurnNs.toFixed(0),
      each(({ busyTurnNs }) => busyTurnNs, row, 1),
      row.sleepingTurnNs.toFixed(0),
      each(({ sleepingTurnNs }) => sleepingTurnNs, row, 1),
      each(({ memoryBytes }) => memoryBytes, row, 1024),
    ]),
  )}`;
}
