// Makes a diagnosis: all facts, and a verdict.

import type { Backend } from '../../core/capabilities.js';
import { version } from '../package.js';
import { examine, type Examination, told } from './examine.js';
import type { Fact } from './fact.js';
import { addonFact } from './facts/addon.js';
import { backendFacts } from './facts/backend.js';
import { confinementFacts } from './facts/confinement.js';
import { hardwareFacts } from './facts/hardware.js';
import { kernelFacts } from './facts/kernel.js';
import { limitFacts } from './facts/limits.js';
import { isLinux, machineFacts } from './facts/machine.js';
import { pendingFacts, trialFact, whyTrialFailed } from './facts/trial.js';

/** The object that `--json` prints. Fields and ids stay; new ones may come. */
export interface Diagnosis {
  readonly uintr: string;
  /** The backend that `new Receiver()` uses here; null when it would fail. */
  readonly backend: Backend | null;
  readonly reason: string;
  readonly facts: readonly Fact[];
}

export function diagnose(): Diagnosis {
  const examination = examine();
  const addon = addonFact(examination);
  const trial = trialFact(examination, addon);
  return {
    uintr: version(),
    ...verdict(examination),
    facts: [
      ...backendFacts(examination, trial),
      trial,
      ...pendingFacts(examination),
      addon,
      ...machineFacts(examination),
      ...hardwareFacts(examination),
      ...kernelFacts(examination),
      ...(isLinux() ? [...confinementFacts(), ...limitFacts(examination)] : []),
    ],
  };
}

function verdict(examination: Examination): Pick<Diagnosis, 'backend' | 'reason'> {
  const capabilities = told(examination, 'capabilities')[0]?.capabilities;
  const [choice] = told(examination, 'choice');
  if (choice?.failure) return { backend: null, reason: choice.failure.message };
  const failed = whyTrialFailed(examination);
  if (choice?.backend == null || capabilities === undefined) {
    return { backend: null, reason: capabilities?.reason ?? failed ?? 'the addon did not answer' };
  }
  const { backend } = choice;
  if (failed !== undefined) {
    return { backend: null, reason: `the ${backend} backend failed its trial: ${failed}` };
  }
  const reason =
    backend === capabilities.backend
      ? capabilities.reason
      : `UINTR_BACKEND asks for it; auto would pick ${String(capabilities.backend)}`;
  return { backend, reason };
}
