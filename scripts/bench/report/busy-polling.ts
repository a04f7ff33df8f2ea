// What busy polling brings to those who are busy and costs those who are not.

import type { Results } from '../results.js';
import { count, table, times } from './table.js';

export function pairsText({ pairs = [] }: Results): string {
  if (pairs.length === 0) return '';
  const settings = pairs[0]?.by.map(({ busyPollMicros }) => String(busyPollMicros)) ?? [];
  const auto = settings.indexOf('auto');
  return [
    'Busy pairs: threads that ring each other all at once, on the same CPUs, by busyPollMicros;',
    'round trips a second, all pairs together; those of auto to those of 0 in the same repeat. Apart: the',
    'two of each pair are held on a CPU each; else the scheduler puts them on one or two, as it pleases',
    table(
      ['<', 'pairs', 'CPUs', ...settings, 'auto / 0', 'of runs', 'auto: sleeps', 'paid', 'vain'],
      pairs.map((row) => {
        const { sleeps = NaN, spinsPaid = NaN, spinsVain = NaN } = row.by[auto]?.stats ?? {};
        const { autoToZeroOfRuns: ratios } = row;
        return [
          row.way,
          String(row.pairs),
          row.cpus === 'apart' ? '2, apart' : String(row.cpus),
          ...row.by.map(({ rate }) => count(rate)),
          times(row.autoToZero),
          `${times(Math.min(...ratios))} - ${times(Math.max(...ratios))}`,
          ...[sleeps, spinsPaid, spinsVain].map(count),
        ];
      }),
    ),
  ].join('\n');
}

export function idleText({ idle = [] }: Results): string {
  if (idle.length === 0) return '';
  return `CPU time of a process that waits in its event loop, in ms per second\n${table(
    ['<receiver', '<', 'ms/s', 'sleeps', 'spins paid', 'vain'],
    idle.map(({ busyPollMicros, everyMs, cpu, stats }) => [
      busyPollMicros === undefined ? 'none' : `busyPollMicros ${busyPollMicros}`,
      everyMs === undefined ? 'idle' : `an interrupt every ${everyMs} ms`,
      cpu.toFixed(2),
      ...[stats?.sleeps, stats?.spinsPaid, stats?.spinsVain].map((n) =>
        n === undefined ? '' : count(n),
      ),
    ]),
  )}`;
}
