import type { Backend } from 'uintr';
import { nameOn } from '../constants.js';
import type { Flood, FloodSettings } from '../node/flood.js';
import { type Section, section } from '../section.js';
import { type Figures, figuresOf, median, ratiosOf } from '../statistics.js';

export interface FloodRow {
  readonly contestant: string;
  readonly senders: number;
  readonly flood: Figures<Flood>;
  /** Posts to those of MessagePort: the median of the ratios of paired runs. */
  readonly toMessagePort: number | undefined;
}

/** The section of floods: senders post as fast as they can. */
export function floods(
  backends: readonly Backend[],
  counts: readonly number[],
  milliseconds: number,
): Section<readonly FloodRow[]> {
  const questions = counts.flatMap((senders) =>
    (['MessagePort', ...backends] as const).map((by) => ({
      settings: { by, senders, milliseconds },
      what: `flood: ${nameOf(by)}, senders: ${senders}`,
    })),
  );
  return section<FloodSettings, Flood, readonly FloodRow[]>('flood', questions, (answered) => {
    const posts = (answers: readonly Flood[]): number[] =>
      answers.map(({ postsPerSecond }) => postsPerSecond);
    return answered.map(({ settings: { by, senders }, answers }) => {
      const rival = answered.find(
        ({ settings }) => settings.by === 'MessagePort' && settings.senders === senders,
      );
      return {
        contestant: nameOf(by),
        senders,
        flood: figuresOf(answers),
        toMessagePort: rival && median(ratiosOf(posts(answers), posts(rival.answers))),
      };
    });
  });
}

function nameOf(by: FloodSettings['by']): string {
  return by === 'MessagePort' ? by : nameOn(by, 'uintr');
}
