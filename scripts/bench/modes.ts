// The modes of a ping-pong: how many cores, and whether the sides sleep.

export const MODES = ['spin', 'one core', 'two cores'] as const;

/**
 * spin: two cores, nobody sleeps. one core: both sides on one core, both sleep. two cores: both
 * sleep, and a wake-up crosses cores, which on a virtual machine costs ten times one that does not.
 * A contestant of the default mode (busyPollMicros 'auto') decides by itself whether it sleeps.
 */
export type Mode = (typeof MODES)[number];

export interface Cpus {
  readonly first: number;
  readonly other: number;
}

export function cpusOf(mode: Mode, pair: Cpus): Cpus {
  // One core is the second of the pair: interrupts of devices tend to land on CPU 0.
  return mode === 'one core' ? { first: pair.other, other: pair.other } : pair;
}
