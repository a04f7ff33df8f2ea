// Names and limits that several parts of the benchmark share.

import type { Backend } from 'uintr';

/** The values of busyPollMicros that are compared: never, up to 50 µs, and the default. */
export const BUSY_POLLS = [0, 50, 'auto'] as const;

/** A busyPollMicros longer than any round: the receiver never sleeps. */
export const SPIN_ONLY_MICROS = 1_000_000;

const LEAST_LIFETIME_MS = 60_000;

/** Few rounds take as long, and only while other threads have the CPUs. */
const NO_ROUND_TAKES_MS = 1;

/** The time after which a program that plays `rounds` ends whatever happens. c/main.c has the same. */
export function lifetimeMs(rounds: number): number {
  return LEAST_LIFETIME_MS + rounds * NO_ROUND_TAKES_MS;
}

/** Names something of uintr on one backend. The software backend is everywhere and is not named. */
export function nameOn(backend: Backend, name: string): string {
  return backend === 'software' ? name : `${name} (${backend})`;
}
