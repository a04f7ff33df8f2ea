// Measures the floor between the chunks of a spinning run.

import { spawnSync } from 'node:child_process';
import type { Cpus } from '../modes.js';
import { summarize } from '../statistics.js';

const ROUNDS = 4000;
const WARM_UP = 500;
const PATIENCE_MS = 10_000;

/** The floor at this moment: p50 in nanoseconds. `program` is the C ping-pong. */
export function floorNow(program: string, { first, other }: Cpus): number {
  const args = ['spin', ROUNDS, WARM_UP, first, other].map(String);
  const { stdout } = spawnSync(program, args, { timeout: PATIENCE_MS });
  return summarize(new Float64Array(new Uint8Array(stdout).buffer)).p50;
}
