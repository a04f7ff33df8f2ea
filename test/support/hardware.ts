import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Abi, type Result, run, type RunOptions } from './testbed.js';

/** A compiled program of test/hardware/programs. */
export const program = (name: string): string =>
  join(__dirname, '../hardware/programs', `${name}.js`);

/** Runs such a program on the hardware backend under the testbed. Returns its standard output. */
export async function onHardware(
  abi: Abi,
  [name = '', ...args]: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await execute(abi, [name, ...args], options);
  assert.deepEqual([result.code, result.signal], [0, null], result.stdout + result.stderr);
  return result.stdout;
}

/** The same, whatever the exit status. */
export function execute(
  abi: Abi,
  [name = '', ...args]: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const env = { UINTR_BACKEND: 'hardware', ...options.env };
  return run(abi, [process.execPath, program(name), ...args], { ...options, env });
}

/** The lines of a text. */
export const lines = (text: string): string[] => text.trimEnd().split('\n');
