/** The options of a receiver. */

import { checkInteger, invalidType } from '../internal/arguments.js';
import type { BackendChoice } from './capabilities.js';
import type { Vectors } from './vectors.js';

/** The options of `new Receiver()`. */
export interface ReceiverOptions<V extends Vectors> {
  /** Names for vectors, one per vector. They type `createFd()`, `on()` and the other methods. */
  readonly vectors?: V;
  /**
   * `auto` (the default) takes hardware where it works, else software. The environment variable
   * `UINTR_BACKEND` overrides `auto`.
   */
  readonly backend?: BackendChoice;
  /**
   * How long to busy poll for an interrupt before sleeping, in the event loop and in `waitSync()`:
   * microseconds, an integer from 0 to 1,000,000. `auto` (the default) polls for up to 100 while
   * that pays: it begins after a few short sleeps, and stops once it was in vain, or in the way of
   * other threads on the same core, for 64 ms. A thread that is pinned to one CPU when it opens the receiver never
   * polls under `auto`: give a number if its senders run elsewhere.
   */
  readonly busyPollMicros?: number | 'auto';
  /**
   * How many interrupts one callback of the event loop may deliver, 1 to 1000. Default: 1.
   * `process.nextTick` and promise callbacks run after each callback, as ever in Node.js. To enter
   * and leave a callback is most of the cost of a delivery. With more than 1, pending interrupts
   * follow each other at once, and so do interrupts that come within microseconds while the
   * receiver busy polls.
   */
  readonly burst?: number;
  /**
   * Hardware only: programs without this library post through `VectorFd.uvecFd`. They cannot wake
   * a sleeping receiver, so the kernel is asked to (`UINTR_HANDLER_FLAG_WAITING_RECEIVER`). Today's
   * kernels lose such wake-ups, so no sleep lasts longer than a millisecond. System calls on this
   * thread may then fail with EINTR without a signal. The kernel is asked only by the first of the
   * receivers that share a thread. Default: false.
   */
  readonly foreignSenders?: boolean;
}

const MAX_BUSY_POLL_MICROS = 1_000_000;
const MAX_BURST = 1000;

/** Returns the microseconds; null means `auto`. */
export function checkBusyPoll(micros: unknown = 'auto'): number | null {
  if (micros === 'auto') return null;
  const name = 'options.busyPollMicros';
  if (typeof micros !== 'number') throw invalidType(name, "of type number or 'auto'", micros);
  return checkInteger(name, micros, 0, MAX_BUSY_POLL_MICROS);
}

export const checkBurst = (burst: unknown = 1): number =>
  checkInteger('options.burst', burst, 1, MAX_BURST);
