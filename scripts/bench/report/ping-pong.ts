// The report's tables of the ping-pong and of fan-in.

import { MODES } from '../modes.js';
import type { Results } from '../results.js';
import type { Row } from '../rows.js';
import { count, micros, table, times } from './table.js';

const ABOUT = {
  spin: 'spin: two cores, nobody sleeps',
  'one core': 'one core: both sides on one core, both sleep',
  'two cores': 'two cores: each side on its own core, both sleep (default: as it decides)',
} as const;

/** Says which chunks of the spinning runs count. */
function sidesText({ sides }: Results): string {
  if (sides === undefined) return '';
  const { counted, floors, border, chunks, leftOut } = sides;
  const looks = `The floor was ${floors.map(micros).join(' - ')} (10th to 90th percentile of all measurements)`;
  if (counted === 'all') return `${looks}: nearly always the same, everything counts.\n`;
  return (
    `${looks}: the host moved the CPUs.\nOnly chunks made with the CPUs ${counted} count ` +
    `(floor ${counted === 'apart' ? 'from' : 'below'} ${micros(border)}); ` +
    `${count(leftOut)} of ${count(chunks)} chunks are left out.\n`
  );
}

export function pingPongText(results: Results, mode: Row['mode']): string {
  const rows = results.pingPong.filter((row) => row.mode === mode);
  if (rows.length === 0) return '';
  const sides = mode === 'spin' ? sidesText(results) : '';
  return `Ping-pong, ${ABOUT[mode]}\n${sides}${rowsTable(rows)}`;
}

export function fanInText({ fanIn }: Results): string {
  return MODES.flatMap((mode) => {
    const rows = fanIn.filter((row) => row.mode === mode);
    if (rows.length === 0) return [];
    const title = 'Fan-in: ping-pong between threads, back over several vectors or ports in turn';
    return [`${title}; ${ABOUT[mode]}\n${rowsTable(rows)}`];
  }).join('\n\n');
}

/** A table with the fastest first; for fan-in, those with the fewest vectors before all others. */
function rowsTable(rows: readonly Row[]): string {
  const sorted = rows.toSorted((a, b) => (a.vectors ?? 0) - (b.vectors ?? 0) || a.p50 - b.p50);
  const heads = ['<contestant', '<class', 'p50', 'p50 of runs', 'p90', 'p99', 'max', 'per second'];
  return table(
    [...heads, '× floor', '× peer', '<peer'],
    sorted.map((row) => [
      row.ours ? `> ${row.contestant}` : `  ${row.contestant}`,
      row.class,
      micros(row.p50),
      row.spread.map(micros).join(' - '),
      micros(row.p90),
      micros(row.p99),
      micros(row.max),
      count(row.rate),
      times(row.toFloor),
      times(row.toPeer),
      row.peer ?? '',
    ]),
  );
}
