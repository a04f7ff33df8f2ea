import { join } from 'node:path';
import { execute, type Result, root, type RunOptions } from './testbed.js';

/** The command `uintr`, as a program and its first arguments. */
export const command = (installed = root): readonly string[] => [
  process.execPath,
  join(installed, 'dist/cli/main.js'),
];

/** Runs `uintr` with these arguments, for a bounded time. */
export function uintr(
  args: readonly string[],
  options: Pick<RunOptions, 'env'> & {
    /** A program that runs the command. */
    readonly by?: readonly string[];
    /** Where the package is installed. */
    readonly installed?: string;
  } = {},
): Promise<Result> {
  const { by = [], installed, env } = options;
  // Without the variables that happen to be set where the tests run.
  const unset = { UINTR_BACKEND: '', FORCE_COLOR: undefined, NO_COLOR: undefined };
  return execute([...by, ...command(installed), ...args], { env: { ...unset, ...env } });
}
