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

/** The addons, with their sources. All other sources are the ping-pong. */
const ADDONS = {
  empty_call: ['empty_call.c'],
  callbacks: ['callbacks.c'],
  libuv: ['libuv.c', 'play.c', 'common.c'],
} as const;

/** Compiles the ping-pong in C. */
export function compilePingPong(): Compiled {
  const addons = Object.values(ADDONS).map(([main]): string => main);
  const sources = readdirSync(SOURCES).filter(
    (name) => name.endsWith('.c') && !addons.includes(name),
  );
  return compile('ping-pong', sources, ['-lrt']);
}

/** Compiles an addon, with the headers that came with Node. */
export function compileAddon(name: keyof typeof ADDONS): Compiled {
  const headers = path.join(path.dirname(path.dirname(process.execPath)), 'include/node');
  if (!existsSync(path.join(headers, 'node_api.h'))) {
    return { file: '', absent: `no headers of Node.js (${headers})` };
  }
  return compile(`${name}.node`, ADDONS[name], ['-shared', '-fPIC', `-I${headers}`]);
}

/** The file, or undefined where there is none. */
export const fileOf = ({ file, absent }: Compiled): string | undefined =>
  absent === undefined ? file : undefined;

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
