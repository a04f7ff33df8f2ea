/** Waits that a signal or a timeout can end. */

import { checkSignal, reasonOf, throwIfAborted } from './abort.js';
import { checkOptions, checkTimeout } from './arguments.js';
import { now, startTimer, stopTimer } from './clock.js';
import { UintrError } from './errors.js';

/** How a wait can end before what it waits for happens. */
export interface WaitOptions {
  /** Aborting the signal ends the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The longest time to wait, in milliseconds, 0 to 2^31 - 1. Default: no limit. */
  readonly timeout?: number;
}

/**
 * The longest that one native call blocks, in milliseconds: waits are cut into slices, and a worker
 * can be terminated between two of them. native/js/receiver_binding.cc has the same, kSleepSlice.
 */
export const SLEEP_SLICE_MS = 50;

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

/** One wait that has not ended: the ends of its promise. The first call of either ends it. */
export interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
  /** The timer of the wait's timeout. */
  readonly timer: NodeJS.Timeout | undefined;
}

interface Limits<T> {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly onTimeout: (waiter: Waiter<T>) => void;
  /** Whether the timer keeps the process alive. */
  readonly ref: boolean;
}

/**
 * Waits until the waiter given to `start` is resolved or rejected, by its holder, by the signal or
 * by the timeout. What `start` returns is called as soon as that happens.
 */
export function limited<T>(
  { signal, timeout, onTimeout, ref }: Limits<T>,
  start: (waiter: Waiter<T>) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let stop: (() => void) | undefined;
    const onAbort = (): void => {
      if (signal !== undefined) waiter.reject(reasonOf(signal));
    };
    const end = (): void => {
      stopTimer(waiter.timer);
      signal?.removeEventListener('abort', onAbort);
      stop?.();
      stop = undefined;
    };
    const waiter: Waiter<T> = {
      resolve: (value) => {
        end();
        resolve(value);
      },
      reject: (reason) => {
        end();
        reject(reason);
      },
      timer:
        timeout === undefined
          ? undefined
          : startTimer(() => {
              onTimeout(waiter);
            }, timeout),
    };
    if (!ref) waiter.timer?.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      stop = start(waiter);
    } catch (error) {
      waiter.reject(error as Error);
    }
  });
}

/** One limit, a signal and a time, for several waits that follow each other. */
export class Deadline {
  readonly #at: number;

  /**
   * @param what names the work in the error of a timeout: 'connecting'.
   * @param ref whether the timers keep the process alive.
   */
  constructor(
    readonly what: string,
    readonly options: WaitOptions,
    readonly ref = true,
  ) {
    this.#at = now() + (options.timeout ?? Infinity);
  }

  /** Checks the signal alone, before a first look: a timeout of 0 allows that look, too. */
  throwIfAborted(): void {
    throwIfAborted(this.options.signal);
  }

  /** The time that is left, and the signal: for a wait that takes options. */
  get rest(): WaitOptions {
    const timeout = Math.max(this.#at - now(), 0);
    return timeout === Infinity ? this.options : { ...this.options, timeout };
  }

  /** Waits as `limited()` does. Rejects with `ERR_UINTR_TIMEOUT` when the time is up. */
  async wait<T>(start: (waiter: Waiter<T>) => () => void): Promise<T> {
    this.throwIfAborted();
    const left = this.#at - now();
    if (left <= 0) throw timeoutError(this.what);
    const limits: Limits<T> = {
      signal: this.options.signal,
      timeout: left === Infinity ? undefined : left,
      onTimeout: ({ reject }) => {
        reject(timeoutError(this.what));
      },
      ref: this.ref,
    };
    return await limited(limits, start);
  }

  /**
   * Waits until a promise settles. Its rejection counts as handled even after the wait has ended.
   */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => undefined);
    return this.wait<T>(({ resolve, reject }) => {
      promise.then(resolve, reject);
      return () => undefined;
    });
  }

  async sleep(milliseconds: number): Promise<void> {
    await this.wait<undefined>(({ resolve }) => {
      const timer = startTimer(resolve, milliseconds, undefined);
      if (!this.ref) timer.unref();
      return () => {
        stopTimer(timer);
      };
    });
  }
}
