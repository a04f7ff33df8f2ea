/**
 * The clock, the timers and the next tick. A test may fake the global ones, and a context of
 * `node:vm` may have none: so the clock is the native one, and the rest is taken from Node's own
 * modules when this module is loaded.
 */

import process from 'node:process';
import timers from 'node:timers';
import { binding } from './binding.js';

/** Milliseconds since some moment: clock_gettime(2), CLOCK_MONOTONIC. */
export const now = (): number => binding().now();

export const { setTimeout: startTimer, clearTimeout: stopTimer, setImmediate: nextTurn } = timers;

/** Calls a function as `process.nextTick()` does: what it throws is an uncaught exception. */
export const nextTick: typeof process.nextTick = process.nextTick.bind(process);
