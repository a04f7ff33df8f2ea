// The reports of the patient (patient.ts) to the doctor: one line of JSON each.

import type { Backend, Capabilities } from '../../core/capabilities.js';

export interface Failure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  return { message, code, syscall };
}

/** The trials, in their order. */
export const TRIALS = {
  open: 'opening',
  poll: 'poll',
  waitSync: 'waitSync',
  waitSyncOfTwo: 'waitSync of two vectors',
  eventLoop: 'event loop',
} as const;
export type Trial = keyof typeof TRIALS;

/** Begins each report: modules preloaded into the patient may print on the same descriptor. */
export const REPORT_MARK = 'uintr doctor: ';

export type Report =
  | { readonly what: 'addon'; readonly file: string | null; readonly failure: Failure | null }
  | { readonly what: 'capabilities'; readonly capabilities: Capabilities }
  /** The backend that follows from `auto` and UINTR_BACKEND. */
  | { readonly what: 'choice'; readonly backend: Backend | null; readonly failure: Failure | null }
  | { readonly what: 'trial'; readonly trial: Trial; readonly failure: Failure | null }
  /** Whether JavaScript sees memory of the addon. */
  | { readonly what: 'pending'; readonly present: boolean };
