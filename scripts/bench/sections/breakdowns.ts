import type { Backend } from 'uintr';
import { nameOn } from '../constants.js';
import { compileAddon, fileOf } from '../compile.js';
import type { Breakdown, BreakdownSettings } from '../node/breakdown.js';
import { type Section, section } from '../section.js';
import { type Figures, figuresOf } from '../statistics.js';

export interface BreakdownRow {
  readonly backend: Backend;
  readonly steps: Figures<Breakdown>;
}

/** The section of breakdowns: the steps of a round trip. */
export function breakdowns(
  backends: readonly Backend[],
  cpu: number,
): Section<readonly BreakdownRow[]> {
  const emptyCall = fileOf(compileAddon('empty_call'));
  const callbacks = fileOf(compileAddon('callbacks'));
  const questions = backends.map((backend) => ({
    settings: { backend, emptyCall, callbacks },
    what: nameOn(backend, 'breakdown'),
    cpus: [cpu],
  }));
  return section<BreakdownSettings, Breakdown, readonly BreakdownRow[]>(
    'breakdown',
    questions,
    (answered) =>
      answered.map(({ settings: { backend }, answers }) => ({
        backend,
        steps: figuresOf(answers),
      })),
  );
}
