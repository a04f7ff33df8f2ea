import type { Backend } from 'uintr';
import { nameOn } from '../constants.js';
import { compileAddon, fileOf } from '../compile.js';
import type { Cpus } from '../modes.js';
import type { SendCosts, SendCostSettings } from '../node/send-cost.js';
import { type Section, section } from '../section.js';
import { type Figures, figuresOf } from '../statistics.js';

export interface SendCostsRow {
  readonly backend: Backend;
  readonly costs: Figures<SendCosts>;
}

/** The section of send(): what one call costs. */
export function sendCosts(
  backends: readonly Backend[],
  cpus: Cpus,
  wakeUps: number,
): Section<readonly SendCostsRow[]> {
  const emptyCall = fileOf(compileAddon('empty_call'));
  const questions = backends.map((backend) => ({
    settings: { backend, cpus, emptyCall, wakeUps },
    what: nameOn(backend, 'one send()'),
    cpus: [cpus.first],
  }));
  return section<SendCostSettings & { backend: Backend }, SendCosts, readonly SendCostsRow[]>(
    'send-cost',
    questions,
    (answered) =>
      answered.map(({ settings: { backend }, answers }) => ({
        backend,
        costs: figuresOf(answers),
      })),
  );
}
