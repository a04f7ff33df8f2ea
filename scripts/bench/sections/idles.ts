import type { Backend } from 'uintr';
import { BUSY_POLLS, nameOn } from '../constants.js';
import type { Idle, IdleSettings } from '../node/idle.js';
import { type Section, section } from '../section.js';
import { type Figure, figureOf, type Figures, figuresOf } from '../statistics.js';

export interface IdleRow {
  readonly backend: Backend;
  readonly busyPollMicros: IdleSettings['busyPollMicros'];
  readonly everyMs: IdleSettings['everyMs'];
  readonly cpu: Figure;
  readonly stats: Figures<NonNullable<Idle['stats']>> | undefined;
}

/** The time between two interrupts of a process that is nearly idle. */
const EVERY_MS = 10;

/** The section of idle processes: what a receiver costs that has little or nothing to do. */
export function idles(
  backends: readonly Backend[],
  milliseconds: number,
): Section<readonly IdleRow[]> {
  const ways = [{}, { everyMs: EVERY_MS }].flatMap((interrupts) =>
    backends.flatMap((backend) =>
      BUSY_POLLS.map((busyPollMicros) => ({ backend, busyPollMicros, ...interrupts })),
    ),
  );
  const withoutReceiver = backends.slice(0, 1).map((backend) => ({ backend }));
  const questions = [...withoutReceiver, ...ways].map((way) => ({
    settings: { ...way, milliseconds },
    what: nameOn(way.backend, 'idle'),
  }));
  return section<IdleSettings, Idle, readonly IdleRow[]>('idle', questions, (answered) =>
    answered.map(({ settings: { backend, busyPollMicros, everyMs }, answers }) => {
      const stats = answers.flatMap((idle) => (idle.stats === undefined ? [] : [idle.stats]));
      return {
        backend,
        busyPollMicros,
        everyMs,
        cpu: figureOf(answers.map((idle) => idle.cpu)),
        stats: stats.length === 0 ? undefined : figuresOf(stats),
      };
    }),
  );
}
