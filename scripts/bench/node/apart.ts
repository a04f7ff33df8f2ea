// Two virtual CPUs share a physical core at one moment and lie far apart at the next: a line then
// takes a third of the time to travel, or three times as long, and the host changes it ten times a
// second. So a spinning run is made in chunks with a look at the floor (c/spin.c) between them, and
// only chunks count at whose both ends the CPUs were apart, as two cores are.

import { spawnSync } from 'node:child_process';
import { summarize } from '../statistics.js';
import type { Cpus } from '../modes.js';

export interface Probe {
  /** The C ping-pong. */
  readonly program: string;
  /** The floor at which CPUs count as apart, in nanoseconds. */
  readonly apart: number;
}

const ROUNDS = 4000;
const WARM_UP = 500;
const PATIENCE_MS = 10_000;

/** The floor at this moment: p50 in nanoseconds. */
export function floorNow(program: string, { first, other }: Cpus): number {
  const args = ['spin', ROUNDS, WARM_UP, first, other].map(String);
  const { stdout } = spawnSync(program, args, { timeout: PATIENCE_MS });
  return summarize(new Float64Array(new Uint8Array(stdout).buffer)).p50;
}

const LOOKS = 60;
const NEARLY = 0.7;

/** What counts as apart here; where the floor never changes, everything does. */
export function floorOfCpusApart(program: string, cpus: Cpus): number {
  const floors = Array.from({ length: LOOKS }, () => floorNow(program, cpus)).sort((a, b) => a - b);
  // Not the greatest, which may be a mishap.
  return (floors[Math.floor(LOOKS * 0.9)] ?? 0) * NEARLY;
}
