// Compiles the programs and addons of c/ with the C compiler of the machine.

import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { scratchFolder } from './node/transports/scratch.js';

// Relative to the package's root: this file is compiled to one place and bundled into another.
const SOURCES = path.join(path.dirname(require.resolve('uintr/package.json')), 'scripts/bench/c');

export const COMPILER = process.env['CC'] ?? 'cc';

export interface Compiled {
  readonly file: string;
  /** Why there is no file; absent if there is one. */
  readonly absent?: string;
}

/** The sources that are addons; all others are the ping-pong. */
const ADDONS = ['empty_call', 'callbacks'] as const;

/** Compiles the ping-pong in C. */
export function compilePingPong(): Compiled {
  const addons = ADDONS.map((name) => `${name}.c`);
  const sources = readdirSync(SOURCES).filter(
    (name) => name.endsWith('.c') && !addons.includes(name),
  );
  return compile('ping-pong', sources, ['-lrt']);
}

/** Compiles an addon and returns its file, or undefined where that is not possible. */
export function compileAddon(name: (typeof ADDONS)[number]): string | undefined {
  const headers = path.join(path.dirname(path.dirname(process.execPath)), 'include/node');
  if (!existsSync(path.join(headers, 'node_api.h'))) return undefined;
  const flags = ['-shared', '-fPIC', `-I${headers}`];
  const { file, absent } = compile(`${name}.node`, [`${name}.c`], flags);
  return absent === undefined ? file : undefined;
}

let folder: string | undefined;

function compile(name: string, sources: readonly string[], flags: readonly string[]): Compiled {
  folder ??= scratchFolder();
  const file = path.join(folder, name);
  const strict = ['-std=gnu11', '-O2', '-Wall', '-Wextra'];
  try {
    execFileSync(COMPILER, [...strict, ...sources, '-o', file, ...flags], {
      cwd: SOURCES,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    accessSync(file, constants.X_OK); // throws where the folder is mounted noexec
    return { file };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'ENOENT' ? `no C compiler (${COMPILER})` : message;
    return { file, absent: absent.split('\n', 1)[0] ?? absent };
  }
}
