import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PATIENCE_MS } from './patience.js';

export const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** Options with which strace stops a program at the named calls only (strace 5.3 and later). */
export const onlyAt = (...calls: readonly string[]): string[] => [
  '--seccomp-bpf',
  '-e',
  `trace=${calls.join(',')}`,
];
export const canStopOnly = (): boolean =>
  spawnSync('strace', ['-f', ...onlyAt('access'), '-o', '/dev/null', 'true']).status === 0;

/** One line of strace, without the process id. */
export type SystemCall = string;

/** The system calls between the two markers (support/marks.ts). */
export interface Trace {
  /** The calls of all threads, in their order. */
  readonly calls: readonly SystemCall[];
  /** The calls of the thread that made the markers. */
  readonly own: readonly SystemCall[];
  /** The output of the fixture. */
  readonly stdout: string;
}

/** Runs a fixture under strace, with options of its own, and arguments for the fixture. */
export function trace(
  fixture: string,
  args: readonly string[],
  options: readonly string[] = [],
): Trace {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-strace-'));
  try {
    const log = path.join(folder, 'log');
    const { status, stdout, stderr } = spawnSync(
      'strace',
      ['-f', '-o', log, ...options, process.execPath, fixture, ...args],
      { encoding: 'utf8', timeout: PATIENCE_MS },
    );
    if (status !== 0) throw new Error(`strace: ${stderr}`);
    const lines = readFileSync(log, 'utf8').split('\n');
    const begin = lines.findIndex((line) => line.includes('/uintr-test/begin'));
    const end = lines.findIndex((line) => line.includes('/uintr-test/end'));
    if (begin < 0 || end < begin) throw new Error('the markers are missing');
    const calls = lines.slice(begin + 1, end);
    const thread = threadOf(lines[begin] ?? '');
    return { calls, own: calls.filter((call) => threadOf(call) === thread), stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The calls of all its threads. */
export const systemCalls = (fixture: string, ...args: string[]): readonly SystemCall[] =>
  trace(fixture, args).calls;

/** The calls that V8 makes by itself, whatever runs. */
export const V8 = /^(madvise|mprotect|mmap|munmap|sched_yield|futex|brk)$/;

/** The name of a call. A call that strace shows in two parts counts at its beginning. */
export const nameOf = (call: SystemCall): string | undefined => /^\d+ +(\w+)\(/.exec(call)?.[1];

/** The thread that made the call. */
export const threadOf = (call: SystemCall): number => Number.parseInt(call, 10);
