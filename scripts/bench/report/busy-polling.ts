// The report's tables of busy polling: what it brings to busy pairs and costs idle processes.

import { nameOn } from '../constants.js';
import type { Results } from '../results.js';
import type { Figure } from '../statistics.js';
import { count, range, table, times } from './table.js';

export function pairsText({ pairs }: Results): string {
  if (pairs.length === 0) return '';
  const settings = pairs[0]?.by.map(({ busyPollMicros }) => String(busyPollMicros)) ?? [];
  const auto = settings.indexOf('auto');
  return [
    'Busy pairs: pairs of threads post to each other, all at once and on the same CPUs; by busyPollMicros.',
    'Round trips per second of all pairs together, of auto in each run, and of the slowest pair. "/ best": to',
    'the better one of the others. Apart: the two threads of a pair are pinned to a CPU each; otherwise the',
    'scheduler chooses',
    table(
      [
        ...['<', 'pairs', 'CPUs', ...settings, '/ best', 'of runs'],
        ...settings.map((each) => `slowest: ${each}`),
        ...['auto: sleeps', 'paid', 'vain'],
      ],
      pairs.map((row) => {
        const { rate } = row.by[auto] ?? {};
        return [
          nameOn(row.backend, row.way),
          String(row.pairs),
          row.cpus === 'apart' ? '2, apart' : String(row.cpus),
          ...row.by.map((each) => count(each.rate.median)),
          times(row.autoToBest),
          rate === undefined ? '' : range(rate, count),
          ...row.by.map(({ least }) => count(least.median)),
          ...countsOf(row.by[auto]),
        ];
      }),
    ),
  ].join('\n');
}

export function idleText({ idles }: Results): string {
  if (idles.length === 0) return '';
  const title = 'CPU time of a process that waits in its event loop, not pinned, in ms per second';
  return `${title}\n${table(
    ['<receiver', '<', 'ms/s', 'of runs', 'sleeps', 'spins paid', 'vain'],
    idles.map(({ backend, busyPollMicros, everyMs, cpu, stats }) => [
      busyPollMicros === undefined ? 'none' : nameOn(backend, `busyPollMicros ${busyPollMicros}`),
      everyMs === undefined ? 'idle' : `an interrupt every ${everyMs} ms`,
      cpu.median.toFixed(2),
      range(cpu, (value) => value.toFixed(2)),
      ...countsOf(stats),
    ]),
  )}`;
}

type Counts = Record<'sleeps' | 'spinsPaid' | 'spinsVain', Figure>;

function countsOf(counts: Counts | undefined): string[] {
  return [counts?.sleeps, counts?.spinsPaid, counts?.spinsVain].map((figure) =>
    figure === undefined ? '' : count(figure.median),
  );
}
