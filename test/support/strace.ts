import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** One line of strace, without the process id. */
export type SystemCall = string;

/**
 * Runs a fixture under strace, and returns its system calls in their order, of all its threads,
 * between its two markers: `access("/uintr-test/begin")` and `.../end`.
 */
export function systemCalls(fixture: string, ...args: string[]): SystemCall[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-strace-'));
  try {
    const log = path.join(folder, 'log');
    const { status, stderr } = spawnSync(
      'strace',
      ['-f', '-o', log, process.execPath, fixture, ...args],
      { encoding: 'utf8', timeout: 60_000 },
    );
    if (status !== 0) throw new Error(`strace: ${stderr}`);
    const lines = readFileSync(log, 'utf8').split('\n');
    const begin = lines.findIndex((line) => line.includes('/uintr-test/begin'));
    const end = lines.findIndex((line) => line.includes('/uintr-test/end'));
    if (begin < 0 || end < begin) throw new Error('the markers are missing');
    return lines.slice(begin + 1, end);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A call's name; of one that strace shows in two parts, at its beginning. */
export const nameOf = (call: SystemCall): string | undefined => /^\d+ +(\w+)\(/.exec(call)?.[1];

/** The thread that made it. */
export const threadOf = (call: SystemCall): number => Number.parseInt(call, 10);
