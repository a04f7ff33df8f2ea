/** Async iteration over what waits resolve with. */

import { Aborter } from './abort.js';
import type { WaitOptions } from './deadline.js';
import { asyncDispose } from './dispose.js';
import { hasCode } from './errors.js';

const END = { done: true, value: undefined } as const;

/**
 * Yields what `wait` resolves with, until that is null or its object is closed. An iteration that
 * is ended while it waits (`return()`) ends the wait, which takes nothing any more. An async
 * generator would let it take what is another's.
 */
export class Iteration<T> implements AsyncGenerator<T, void, undefined> {
  readonly #wait: (options: WaitOptions) => Promise<T | null>;
  readonly #end = new Aborter();

  constructor(wait: (options: WaitOptions) => Promise<T | null>) {
    this.#wait = wait;
  }

  async next(): Promise<IteratorResult<T, void>> {
    if (this.#hasEnded()) return END;
    try {
      const value = await this.#wait({ signal: this.#end.signal });
      if (value !== null) return { done: false, value };
    } catch (error) {
      if (!this.#hasEnded() && !hasCode(error, 'ERR_UINTR_CLOSED')) {
        this.#end.abort();
        throw error;
      }
    }
    this.#end.abort();
    return END;
  }

  return(): Promise<IteratorResult<T, void>> {
    this.#end.abort();
    return Promise.resolve(END);
  }

  async throw(error: unknown): Promise<IteratorResult<T, void>> {
    await this.return();
    throw error as Error;
  }

  async [asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #hasEnded(): boolean {
    return this.#end.signal.aborted;
  }
}
