const LEAST_MS = 60_000;

/** Few do, and only where others have the CPUs. */
const NO_ROUND_TAKES_MS = 1;

/** After which a program that plays so many rounds ends whatever happens; c/main.c has the same. */
export function lifetimeMs(rounds: number): number {
  return LEAST_MS + rounds * NO_ROUND_TAKES_MS;
}
