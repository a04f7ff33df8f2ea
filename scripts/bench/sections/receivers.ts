import type { Backend } from 'uintr';
import { nameOn } from '../constants.js';
import type { Receivers, ReceiversSettings } from '../node/receivers.js';
import { type Section, section } from '../section.js';
import { type Figure, figureOf, median, ratiosOf } from '../statistics.js';

export interface ReceiversRow {
  readonly backend: Backend;
  readonly receivers: number;
  readonly uintr: Figure;
  readonly messagePort: Figure;
  /** The median of the ratios of paired runs. */
  readonly toMessagePort: number;
}

const LEAST_ROUNDS = 50;

/** The section of many receivers: one thread posts to all of them. */
export function manyReceivers(
  backends: readonly Backend[],
  counts: readonly number[],
  roundTrips: number,
  cpu: number,
): Section<readonly ReceiversRow[]> {
  const questions = counts.flatMap((receivers) =>
    backends.map((backend) => {
      const rounds = Math.max(Math.ceil(roundTrips / receivers), LEAST_ROUNDS);
      return {
        settings: { receivers, rounds, backend },
        what: nameOn(backend, `receivers: ${receivers}`),
        cpus: [cpu],
        rounds: 3 * rounds * receivers, // with those of MessagePort and of the warm-up
      };
    }),
  );
  return section<ReceiversSettings, Receivers, readonly ReceiversRow[]>(
    'receivers',
    questions,
    (answered) =>
      answered.map(({ settings: { backend, receivers }, answers }) => {
        const uintr = answers.map((answer) => answer.uintr);
        const messagePort = answers.map((answer) => answer.messagePort);
        return {
          backend,
          receivers,
          uintr: figureOf(uintr),
          messagePort: figureOf(messagePort),
          toMessagePort: median(ratiosOf(uintr, messagePort)),
        };
      }),
  );
}
