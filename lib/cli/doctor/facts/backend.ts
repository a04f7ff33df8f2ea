// The fact about the backend: what `auto` picks, and what UINTR_BACKEND makes of that.

import { type Examination, told } from '../examine.js';
import { type Fact, fact, type Finding, followsFrom, note, ok, problem } from '../fact.js';

export function backendFacts(examination: Examination, trial: Fact): Fact[] {
  return [fact('backend', 'Backend', () => backend(examination, trial))];
}

function backend(examination: Examination, trial: Fact): Finding {
  const auto = told(examination, 'capabilities')[0]?.capabilities.backend ?? null;
  const [choice] = told(examination, 'choice');
  const chosen = choice?.backend ?? null;
  const variable = process.env['UINTR_BACKEND'] ?? '';
  const value =
    `auto picks ${auto ?? 'none'}; UINTR_BACKEND is ` + (variable === '' ? 'not set' : variable);
  const data = { auto, chosen, variable: variable === '' ? null : variable };
  if (choice?.failure) {
    const advice = `Unset UINTR_BACKEND, or set it to auto${auto === null ? '' : ` or ${auto}`}.`;
    return problem(value, advice, data);
  }
  if (chosen === null) return followsFrom(trial, value, data);
  if (chosen !== auto) return note(value, `Unset UINTR_BACKEND to use ${auto ?? 'auto'}.`, data);
  return ok(value, data);
}
