import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** With these options strace stops a program at the calls named only (strace 5.3 and later). */
export const onlyAt = (...calls: readonly string[]): string[] => [
  '--seccomp-bpf',
  '-e',
  `trace=${calls.join(',')}`,
];
export const canStopOnly = (): boolean =>
  spawnSync('strace', ['-f', ...onlyAt('access'), '-o', '/dev/null', 'true']).status === 0;

/** One line of strace, without the process id. */
export type SystemCall = string;

/** What was called between the two markers (support/marks.ts). */
export interface Trace {
  /** Of all threads, in their order. */
  readonly calls: readonly SystemCall[];
  /** Of the thread that made the markers. */
  readonly own: readonly SystemCall[];
  /** What the fixture printed. */
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
      { encoding: 'utf8', timeout: 60_000 },
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

/** What V8 calls of its own accord, whatever runs. */
export const V8 = /^(madvise|mprotect|mmap|munmap|sched_yield|futex|brk)$/;

/** A call's name; of one that strace shows in two parts, at its beginning. */
export const nameOf = (call: SystemCall): string | undefined => /^\d+ +(\w+)\(/.exec(call)?.[1];

/** The thread that made it. */
export const threadOf = (call: SystemCall): number => Number.parseInt(call, 10);
