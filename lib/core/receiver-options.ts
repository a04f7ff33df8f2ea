import {
  checkInteger,
  checkOptions,
  checkVector,
  invalidType,
  invalidValue,
} from '../internal/arguments.js';
import type { BackendChoice } from './capabilities.js';

/** Names for vectors: `{ tick: 0, stop: 63 }`. */
export type Vectors = Readonly<Record<string, number>>;

// With no names given `keyof V` is never; a plain Record<string, number> allows any string.
export type VectorName<V extends Vectors> = Extract<keyof V, string>;

export interface ReceiverOptions<V extends Vectors> {
  /** Names for vectors; they type `createFd`, `on` and the rest. */
  readonly vectors?: V;
  /** `auto` (the default) takes hardware where it works. `UINTR_BACKEND` overrides `auto`. */
  readonly backend?: BackendChoice;
  /**
   * How long to spin for an interrupt before going to sleep, in the event loop and in `waitSync`, in
   * microseconds. `auto` (the default) spins for up to 100 while that pays: after a few short
   * sleeps, not after a spin in vain, and not where another thread wants the same core. A thread
   * that is pinned to one CPU when it opens the receiver never spins by itself: give it a number if
   * its senders run elsewhere.
   */
  readonly busyPollMicros?: number | 'auto';
  /**
   * How many interrupts one callback of the event loop's may deliver. `process.nextTick` and promise
   * callbacks run after each callback, as ever in Node.js; and to enter and leave one is what most of
   * a delivery costs. With 1 (the default) they run after each interrupt; with more, those that are
   * pending follow each other at once, and so do those that come within microseconds while the
   * receiver spins. At most 1000.
   */
  readonly burst?: number;
  /**
   * Hardware only: programs without this library post through `VectorFd.uvecFd`. They cannot wake
   * a receiver that sleeps, so the kernel is asked to (UINTR_HANDLER_FLAG_WAITING_RECEIVER), and
   * because the kernels there are lose such wake-ups, no sleep lasts longer than a millisecond.
   * System calls on this thread may then fail with EINTR without a signal. Default: false.
   */
  readonly foreignSenders?: boolean;
}

const MAX_BUSY_POLL_MICROS = 1_000_000;
const MAX_BURST = 1000;

const RESERVED_NAMES = new Set(['interrupt', 'close', 'error', 'newListener', 'removeListener']);

/** Null is 'auto'. */
export function checkBusyPoll(micros: unknown = 'auto'): number | null {
  if (micros === 'auto') return null;
  const name = 'options.busyPollMicros';
  if (typeof micros !== 'number') throw invalidType(name, "of type number or 'auto'", micros);
  return checkInteger(name, micros, 0, MAX_BUSY_POLL_MICROS);
}

export const checkBurst = (burst: unknown = 1): number =>
  checkInteger('options.burst', burst, 1, MAX_BURST);

export function checkVectors(vectors: unknown = {}): ReadonlyMap<string, number> {
  checkOptions('options.vectors', vectors);
  const result = new Map<string, number>();
  for (const [name, vector] of Object.entries(vectors as object)) {
    if (RESERVED_NAMES.has(name)) {
      throw invalidValue('options.vectors', 'free of the names of events', name);
    }
    const number = checkVector(`options.vectors.${name}`, vector);
    if ([...result.values()].includes(number)) {
      throw invalidValue('options.vectors', 'one name a vector', vectors);
    }
    result.set(name, number);
  }
  return result;
}
