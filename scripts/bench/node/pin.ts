import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from './transport.js';

/** Pins the thread that calls it. Whole processes are started by `taskset` instead. */
export function pinThisThread(cpu: number): void {
  // A synchronous read runs on this very thread; the link reads PID/task/TID.
  const tid = path.basename(readlinkSync('/proc/thread-self'));
  execFileSync('taskset', ['-pc', String(cpu), tid], { stdio: 'ignore' });
}

/** For `taskset`: what a side that ends up on `cpu` is started on. */
export function listOfCpus({ pinLate, cpus }: Settings, cpu: number): string {
  return pinLate ? `${cpus.first},${cpus.other}` : String(cpu);
}
