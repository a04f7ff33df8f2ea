/** Growing pauses between attempts, and between the lives of a receiver that keeps dying. */

import { now } from '../internal/clock.js';

const FIRST_DELAY_MS = 20;

export class Backoff {
  #delay = 0;
  #succeededAt = -Infinity;

  /** @param maxDelay the longest pause, in milliseconds. */
  constructor(readonly maxDelay: number) {}

  /**
   * Returns the pause before the next attempt, in milliseconds. It is 0 before the first attempt,
   * and after a success that lasted longer than `maxDelay`.
   */
  next(): number {
    if (now() - this.#succeededAt > this.maxDelay) this.#delay = 0;
    this.#succeededAt = Infinity; // a success counts once
    const delay = this.#delay;
    this.#delay = Math.min(Math.max(2 * delay, FIRST_DELAY_MS), this.maxDelay);
    // Spread out, so that the peers of a receiver that comes back do not all come at once.
    return delay * (0.5 + Math.random() / 2);
  }

  succeeded(): void {
    this.#succeededAt = now();
  }
}
