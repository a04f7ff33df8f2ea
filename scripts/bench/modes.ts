export const MODES = ['spin', 'one core', 'two cores'] as const;

/**
 * spin: two cores, nobody sleeps. one core: both sides on one, everybody sleeps. two cores: both
 * sleep, and a wake-up crosses cores, which on a virtual machine costs ten times one that does not.
 * Our 'auto' decides by itself whether it sleeps.
 */
export type Mode = (typeof MODES)[number];

export interface Cpus {
  readonly first: number;
  readonly other: number;
}

export function cpusOf(mode: Mode, pair: Cpus): Cpus {
  // The second of the pair alone: interrupts of devices tend to land on CPU 0.
  return mode === 'one core' ? { first: pair.other, other: pair.other } : pair;
}
