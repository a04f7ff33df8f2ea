/** Waiting for something, with an `AbortSignal` and a timeout. */

import { checkOptions, checkSignal, checkTimeout } from './arguments.js';
import { UintrError } from './errors.js';

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. */
  readonly timeout?: number;
}

export function checkWaitOptions(name: string, options: unknown): WaitOptions {
  checkOptions(name, options);
  const { signal, timeout } = options as Record<keyof WaitOptions, unknown>;
  const checked = {
    signal: checkSignal(`${name}.signal`, signal),
    timeout: checkTimeout(`${name}.timeout`, timeout),
  };
  return checked as WaitOptions;
}

export const timeoutError = (what: string): UintrError =>
  new UintrError('ERR_UINTR_TIMEOUT', `${what} took too long`);

/**
 * A deadline and a signal for several waits that follow each other; with `ref` false its timers do
 * not keep the process alive.
 */
export class Patience {
  readonly #deadline: number;

  constructor(
    readonly what: string,
    readonly options: WaitOptions,
    readonly ref = true,
  ) {
    this.#deadline = performance.now() + (options.timeout ?? Infinity);
  }

  /** Before a first look, which a timeout of 0 allows, too. */
  checkSignal(): void {
    this.options.signal?.throwIfAborted();
  }

  /** What is left of it, for a wait with options of its own. */
  get rest(): WaitOptions {
    const timeout = Math.max(this.#deadline - performance.now(), 0);
    return timeout === Infinity ? this.options : { ...this.options, timeout };
  }

  /**
   * Resolves as `start` does, or rejects with the signal's reason or with `ERR_UINTR_TIMEOUT`,
   * whichever comes first; `stop` is called in any case.
   */
  async wait<T>(
    start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
  ): Promise<T> {
    this.checkSignal();
    const { signal } = this.options;
    const left = this.#deadline - performance.now();
    if (left <= 0) throw timeoutError(this.what);
    let stop: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        if (left < Infinity) {
          timer = setTimeout(() => {
            reject(timeoutError(this.what));
          }, left);
          if (!this.ref) timer.unref();
        }
        if (signal !== undefined) {
          onAbort = () => {
            reject(signal.reason as Error);
          };
          signal.addEventListener('abort', onAbort, { once: true });
        }
        stop = start(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      stop?.();
    }
  }

  /** Waits for a promise to settle: what it comes to is handled, also once nobody waits any more. */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => undefined);
    return this.wait<T>((resolve, reject) => {
      promise.then(resolve, reject);
      return () => undefined;
    });
  }

  /** Sleeps for so many milliseconds. */
  async sleep(milliseconds: number): Promise<void> {
    await this.wait<undefined>((resolve) => {
      const timer = setTimeout(resolve, milliseconds, undefined);
      if (!this.ref) timer.unref();
      return () => {
        clearTimeout(timer);
      };
    });
  }
}
