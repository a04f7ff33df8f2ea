/** Signals that end waits: the caller's, which may be another realm's, and our own. */

import { invalidType } from './arguments.js';

/** Checks an optional signal. As for Node's own functions, any object will do that acts as one. */
export function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return value;
  const isSignal =
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    'removeEventListener' in value;
  if (!isSignal) throw invalidType(name, 'an instance of AbortSignal', value);
  return value as unknown as AbortSignal;
}

/** The signal's reason; where it has none, the error that an `AbortSignal` would have made. */
export function reasonOf(signal: AbortSignal): Error {
  const abortError = (): Error =>
    Object.assign(new Error('The operation was aborted'), {
      name: 'AbortError',
      code: 'ABORT_ERR',
    });
  return (signal.reason as Error | undefined) ?? abortError();
}

/** `AbortSignal.throwIfAborted()`, which not every signal has. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}

/**
 * Does the work of an `AbortController` for signals that stay inside this library. The global class
 * may be another realm's (jsdom), whose signals Node's functions refuse, or missing (`node:vm`).
 */
export class Aborter {
  readonly #listeners = new Set<() => void>();
  readonly #state = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener: (_type: 'abort', listener: () => void): void => {
      this.#listeners.add(listener);
    },
    removeEventListener: (_type: 'abort', listener: () => void): void => {
      this.#listeners.delete(listener);
    },
  };

  /** For `checkSignal()`, `throwIfAborted()` and waits only: it has no more than they need. */
  get signal(): AbortSignal {
    return this.#state as unknown as AbortSignal;
  }

  abort(reason?: unknown): void {
    if (this.#state.aborted) return;
    this.#state.aborted = true;
    this.#state.reason = reason;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
