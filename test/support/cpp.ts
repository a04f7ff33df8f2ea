import { spawnSync, type SpawnSyncReturns } from 'node:child_process';

const STRICT = ['-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];

/** Compiles a program in C++. */
export function compileCpp(
  source: string,
  output: string,
  ...flags: readonly string[]
): SpawnSyncReturns<string> {
  return spawnSync('g++', [...STRICT, ...flags, source, '-o', output], { encoding: 'utf8' });
}
