// The report's table of the steps of a round trip.

import type { Backend } from 'uintr';
import { nameOn } from '../constants.js';
import type { Results } from '../results.js';
import type { Row } from '../rows.js';
import type { BreakdownRow } from '../sections/breakdowns.js';
import type { Figure } from '../statistics.js';
import { range, table } from './table.js';

/** A row of the table, with a measured figure or a calculated number. */
type Line = readonly [what: string, nanoseconds: Figure | number | undefined, how?: string];

const DIFFERENCE = 'difference of two measurements';

/** The p50 of the C floor, if it took part. */
function floorOf(rows: readonly Row[]): number | undefined {
  return rows.find((row) => row.mode === 'spin' && row.class === 'C, processes')?.p50;
}

const minus = (a: Figure | undefined, b: Figure | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a.median - b.median;

export function breakdownsText(results: Results): string {
  return results.breakdowns.map((row) => breakdownText(row, results.pingPong)).join('\n\n');
}

function breakdownText({ backend, steps }: BreakdownRow, rows: readonly Row[]): string {
  const { clock, emptyCall, send, poll, sendAndPoll, sendAndWaitSync } = steps;
  const { delivery, emit, call, callback } = steps;
  const scope = minus(callback, call);
  const known = [send, emit, call].reduce((sum, step) => sum + (step?.median ?? 0), scope ?? 0);
  const floor = floorOf(rows);
  const way = floor === undefined ? undefined : floor / 2;

  const lines: Line[] = [
    ['reading the clock', clock],
    ['an empty Node-API call', emptyCall],
    ['send() to an awake receiver', send],
    ['poll() with nothing to take', poll],
    ['send() and poll()', sendAndPoll],
    ['  of it the poll() that takes', minus(sendAndPoll, send), DIFFERENCE],
    ['send() and waitSync()', sendAndWaitSync],
    ['  of it the waitSync() that takes', minus(sendAndWaitSync, send), DIFFERENCE],
    ['a delivery in the event loop, to a listener that posts the next', delivery],
    ['  of it send()', send, 'as above'],
    ["  of it an EventEmitter's emit() to one listener", emit, 'measured by itself'],
    ['  of it calling JavaScript from C', call, 'measured by itself'],
    ["  of it Node's callback scope around the call", scope, DIFFERENCE],
    [
      '  what is left: a native call that looks and takes, #deliver(), the listener',
      delivery.median - known,
      DIFFERENCE,
    ],
    ["a cache line's way to the other core", way, 'half of the C floor'],
  ];
  return [
    nameOn(
      backend,
      'Breakdown of a round trip, on one thread, where nothing travels between cores',
    ),
    table(
      ['<', 'ns', 'of runs', '<'],
      lines.flatMap(([what, ns, how = '']) => {
        if (ns === undefined) return [];
        if (typeof ns === 'number') return [[what, ns.toFixed(1), '', how]];
        return [[what, ns.median.toFixed(1), range(ns, (value) => value.toFixed(1)), how]];
      }),
    ),
    ...(way === undefined ? [] : sums(rows, way, backend, steps)),
  ].join('\n');
}

/** The sums of the steps, beside the measured round trips. */
function sums(
  rows: readonly Row[],
  way: number,
  backend: Backend,
  steps: BreakdownRow['steps'],
): string[] {
  const sendAndWaitSync = steps.sendAndWaitSync.median;
  const delivery = steps.delivery.median;
  const scope = minus(steps.callback, steps.call);
  const line = (contestant: string, what: string, step: number): string[][] =>
    rows.flatMap((row) =>
      row.contestant === nameOn(backend, contestant) && row.mode === 'spin'
        ? [
            [
              `${row.contestant}, ${row.class}`,
              what,
              (2 * (step + way)).toFixed(0),
              row.p50.toFixed(0),
            ],
          ]
        : [],
    );
  const lines = [
    ...line('uintr waitSync', '2 × (send() and waitSync() + way)', sendAndWaitSync),
    ...line('uintr event loop', '2 × (delivery + way)', delivery),
    ...(scope === undefined
      ? []
      : line('uintr event loop', '2 × (delivery - callback scope + way)', delivery - scope)),
  ];
  if (lines.length === 0) return [];
  return [
    'Sums of the steps, beside the p50 of mode spin. A side closes a callback scope and opens the next',
    'while the other side is at work, so the scopes overlap with the ways and with each other.',
    table(['<', '<', 'sum, ns', 'measured'], lines),
  ];
}
