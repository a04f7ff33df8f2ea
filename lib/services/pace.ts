/** Spreads work over turns of the event loop, so that a flood of it leaves other work its turn. */

import { nextTurn } from '../internal/clock.js';

export class Pace {
  #left: number;
  #turn: Promise<void> | undefined;

  /** @param perTurn how many pieces of work one turn does. */
  constructor(readonly perTurn: number) {
    this.#left = perTurn;
  }

  /** Resolves when it is the turn of one more piece of work. */
  async take(): Promise<void> {
    while (this.#left === 0) await this.#turn;
    this.#left--;
    this.#turn ??= new Promise((resolve) => {
      nextTurn(() => {
        this.#turn = undefined;
        this.#left = this.perTurn;
        resolve();
      });
    });
  }
}
