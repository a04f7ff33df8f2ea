import type { Backend } from 'uintr';
import { BUSY_POLLS, nameOn } from '../constants.js';
import type { Cpus } from '../modes.js';
import type { Pairs, PairsSettings } from '../node/pairs.js';
import { type Section, section } from '../section.js';
import { type Figures, figuresOf, median, ratiosOf } from '../statistics.js';

/** The result of a number of pairs on a number of CPUs. */
export interface PairsRow {
  readonly backend: Backend;
  readonly way: PairsSettings['way'];
  readonly pairs: number;
  /** 'apart': two CPUs, and each thread of a pair is pinned to one of them. */
  readonly cpus: 1 | 2 | 'apart';
  readonly by: readonly (Figures<Pairs> & {
    readonly busyPollMicros: PairsSettings['busyPollMicros'];
  })[];
  /** The rate of 'auto' to that of 0: the median over paired runs, and the ratio of each pair. */
  readonly autoToZero: number;
  readonly autoToZeroOfRuns: readonly number[];
}

/** The section of busy pairs: many pairs, all at once. */
export function busyPairs(
  backends: readonly Backend[],
  counts: readonly number[],
  { first, other }: Cpus,
  milliseconds: number,
): Section<readonly PairsRow[]> {
  const most = Math.max(...counts);
  const one = { pairs: most, cpus: 1, on: [other] } as const;
  const two = { cpus: 2, on: [first, other] } as const;
  const apart = { pairs: most, cpus: 'apart', on: two.on, apart: { first, other } } as const;
  const places =
    first === other ? [one] : [...counts.map((pairs) => ({ pairs, ...two })), apart, one];
  const fields = (['event loop', 'waitSync'] as const).flatMap((way) =>
    backends.flatMap((backend) => places.map((place) => ({ backend, way, ...place }))),
  );
  const questions = fields.flatMap(({ cpus, on, ...field }) =>
    BUSY_POLLS.map((busyPollMicros) => ({
      settings: { ...field, busyPollMicros, milliseconds },
      what: whatOf({ cpus, ...field }),
      cpus: on,
    })),
  );
  return section<PairsSettings, Pairs, readonly PairsRow[]>('pairs', questions, (answered) =>
    fields.flatMap((field) => {
      const made = answered.filter(({ what }) => what === whatOf(field));
      if (made.length < BUSY_POLLS.length) return [];
      const ratesOf = (busyPollMicros: 0 | 'auto'): number[] =>
        made
          .filter(({ settings }) => settings.busyPollMicros === busyPollMicros)
          .flatMap(({ answers }) => answers.map(({ rate }) => rate));
      const ratios = ratiosOf(ratesOf('auto'), ratesOf(0));
      const { backend, way, pairs, cpus } = field;
      const by = made.map(({ settings: { busyPollMicros }, answers }) => ({
        busyPollMicros,
        ...figuresOf(answers),
      }));
      const autoToZero = median(ratios);
      return [{ backend, way, pairs, cpus, by, autoToZero, autoToZeroOfRuns: ratios }];
    }),
  );
}

function whatOf({
  backend,
  way,
  pairs,
  cpus,
}: Pick<PairsRow, 'backend' | 'way' | 'pairs' | 'cpus'>): string {
  return nameOn(backend, `pairs: ${pairs}, CPUs: ${cpus}, ${way}`);
}
