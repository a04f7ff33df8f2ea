// Runs a program of the benchmark and leaves no process behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { lifetimeMs } from './constants.js';

const PATIENCE_MS = 30_000; // for a program that should have ended
const STDERR_LINES = 3;

const running = new Set<ChildProcess>();

// Each program leads a process group of its own, so its children are killed with it.
process.once('exit', () => {
  for (const child of running) killGroup(child);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(1));
}

/**
 * Runs a program that plays `rounds` to its end and returns what it wrote to stdout. Throws if the
 * program fails instead.
 */
export async function run(command: readonly string[], rounds = 0): Promise<Buffer> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  const timer = setTimeout(
    () => {
      killGroup(child);
    },
    lifetimeMs(rounds) + PATIENCE_MS,
  );
  try {
    const [output, errors, [status, signal]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null, string | null]>,
    ]);
    // Output counts whatever the status: zeromq aborts at exit while a worker has a socket.
    if (output.length > 0 || status === 0) return output;
    const lines = errors.trim().split('\n').slice(0, STDERR_LINES).join(' ');
    throw new Error(
      lines === '' ? `${file} has ended with ${status ?? signal ?? 'nothing'}` : lines,
    );
  } finally {
    clearTimeout(timer);
    killGroup(child);
    running.delete(child);
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

/** Runs a program that writes doubles. */
export async function runForTimes(
  command: readonly string[],
  rounds: number,
): Promise<Float64Array> {
  const bytes = await run(command, rounds);
  // Copies, because a Buffer of the pool need not be aligned.
  return new Float64Array(new Uint8Array(bytes).buffer);
}
