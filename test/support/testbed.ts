import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { before } from 'mocha';
import { folder } from './addresses.js';
import { PATIENCE_MS } from './patience.js';

export const ABIS = ['uintr-next', 'rfc-v1'] as const;
export type Abi = (typeof ABIS)[number];

export interface Result {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The root of the sources, wherever this file was compiled to. */
function findRoot(): string {
  for (let dir = __dirname; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'test/testbed/run'))) return dir;
  }
  throw new Error('test/testbed/run not found');
}

export const root = findRoot();
export const testbed = join(root, 'test/testbed');

/** C programs that are libraries to be preloaded. */
const PRELOADED = new Set(['block_sigill', 'jit', 'slow_sigill']);

export interface RunOptions {
  readonly knobs?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Another copy of the testbed. */
  readonly from?: string;
  readonly onOutput?: (text: string, pid: number) => void;
}

/** Runs a program for a bounded time. */
export function execute(
  command: readonly string[],
  options: Omit<RunOptions, 'knobs' | 'from'> = {},
): Promise<Result> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    const pid = child.pid ?? 0;
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(text, pid);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ pid, code, signal, stdout, stderr });
    });
  });
}

/** Runs a program under the testbed, for a bounded time. */
export function run(
  abi: Abi,
  command: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const script = join(options.from ?? testbed, 'run');
  return execute([script, `--abi=${abi}`, ...(options.knobs ?? []), '--', ...command], options);
}

/** Runs a program under the testbed and expects exactly these lines and success. */
export async function expectLines(
  abi: Abi,
  command: readonly string[],
  lines: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const result = await run(abi, command, options);
  assert.equal(result.stdout, lines.map((line) => `${line}\n`).join(''), result.stderr);
  assert.deepEqual([result.code, result.signal], [0, null], result.stderr);
  return result;
}

/** The content of the file that `--stats=FILE` writes. */
export interface Stats {
  readonly abi: Abi;
  readonly senduipi: number;
  readonly notifications: number;
  readonly deliveries: number;
  readonly uiret: number;
  readonly stui: number;
  readonly clui: number;
  readonly testui: number;
  readonly systemCalls: Readonly<Record<string, number>>;
}

/**
 * Makes a directory for the tests of the `describe` in which it is called, and compiles C programs of
 * a folder into it: the named ones, or all. Skips the tests where there is no testbed.
 */
export function workshop(sources?: string, ...names: readonly string[]): (name: string) => string {
  const inside = folder('all');
  before(function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
    if (sources === undefined) return;
    const cc = process.env['CC'] ?? 'cc';
    const flags = '-O2 -Wall -Wextra -Werror -muintr -mgeneral-regs-only -pthread'.split(' ');
    const include = `-I${join(testbed, 'samples')}`;
    for (const file of readdirSync(join(root, sources))) {
      if (!file.endsWith('.c')) continue;
      const name = basename(file, '.c');
      if (names.length > 0 && !names.includes(name)) continue;
      const source = join(root, sources, file);
      const library = PRELOADED.has(name) ? ['-shared', '-fPIC', '-Wno-unused-function'] : [];
      execFileSync(cc, [...flags, ...library, include, '-o', inside(name), source]);
    }
  });
  return inside;
}
