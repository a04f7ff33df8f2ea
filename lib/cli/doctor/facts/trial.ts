// Facts from the trial: one interrupt, from another thread, per way to wait for it.

import { type Examination, told } from '../examine.js';
import { type Fact, fact, type Finding, followsFrom, note, ok, problem } from '../fact.js';
import { type Trial, TRIALS } from '../report.js';
import { adviceFor } from './advice.js';

export const trialFact = (examination: Examination, addon: Fact): Fact =>
  fact('roundTrip', 'Trial', () => roundTrip(examination, addon));

export function pendingFacts(examination: Examination): Fact[] {
  const [report] = told(examination, 'pending');
  return report === undefined ? [] : [fact('pending', 'pending', () => pending(report))];
}

/** Returns undefined where nothing failed, or there was nothing to try. */
export function whyTrialFailed(examination: Examination): string | undefined {
  const reports = told(examination, 'trial');
  const failed = reports.find(({ failure }) => failure !== null);
  if (failed?.failure) return `${TRIALS[failed.trial]}: ${failed.failure.message}`;
  const { end } = examination;
  const next = Object.values(TRIALS)[reports.length];
  if (next === undefined) return end?.message;
  const [answer] = told(examination, 'capabilities');
  if (end === undefined && answer?.capabilities.backend === null) return undefined;
  return `${next}: ${end?.message ?? 'the process ended before it was done'}`;
}

function roundTrip(examination: Examination, addon: Fact): Finding {
  const reports = told(examination, 'trial');
  const trials = Object.keys(TRIALS) as Trial[];
  const data = Object.fromEntries(
    trials.map((trial) => {
      const report = reports.find((each) => each.trial === trial);
      return [trial, report === undefined ? null : report.failure === null];
    }),
  );
  const why = whyTrialFailed(examination);
  if (why !== undefined) {
    const failure = reports.find((each) => each.failure !== null)?.failure ?? examination.end;
    return problem(why, adviceFor(failure), data);
  }
  if (reports.length === 0) return followsFrom(addon, 'nothing to try', data);
  const [, ...ways] = Object.values(TRIALS);
  return ok(`interrupts arrive: ${ways.join(', ')}`, data);
}

function pending({ present }: { readonly present: boolean }): Finding {
  if (present) return ok('yes: JavaScript sees the memory of a vector', { present });
  const advice =
    'This runtime forbids external ArrayBuffers (Electron does): vectorFd.pending is undefined; ' +
    'use receiver.poll().';
  return note('no', advice, { present });
}
