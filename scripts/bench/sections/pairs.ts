import type { Backend } from 'uintr';
import { BUSY_POLLS, nameOn } from '../constants.js';
import type { Cpus } from '../modes.js';
import type { Pairs, PairsSettings } from '../node/pairs.js';
import { type Section, section } from '../section.js';
import { type Figures, figuresOf } from '../statistics.js';

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
  /** The median rate of 'auto' to the better one of the others. */
  readonly autoToBest: number;
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
  const apart = { cpus: 'apart', on: two.on, apart: { first, other } } as const;
  const several = counts.filter((pairs) => pairs > 1);
  const places =
    first === other
      ? [one]
      : [
          ...counts.map((pairs) => ({ pairs, ...two })),
          ...several.map((pairs) => ({ pairs, ...apart })),
          one,
        ];
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
      const { backend, way, pairs, cpus } = field;
      const by = made.map(({ settings: { busyPollMicros }, answers }) => ({
        busyPollMicros,
        ...figuresOf(answers),
      }));
      const ratesOf = (isAuto: boolean): number[] =>
        by
          .filter(({ busyPollMicros }) => (busyPollMicros === 'auto') === isAuto)
          .map(({ rate }) => rate.median);
      const autoToBest = Math.max(...ratesOf(true)) / Math.max(...ratesOf(false));
      return [{ backend, way, pairs, cpus, by, autoToBest }];
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
