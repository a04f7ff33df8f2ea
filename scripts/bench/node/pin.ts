// Pins threads and processes to CPUs.

import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from './transport.js';

/** Pins the calling thread. Whole processes are started by `taskset` instead. */
export function pinThisThread(cpu: number): void {
  // A synchronous read runs on the calling thread; the link reads PID/task/TID.
  const tid = path.basename(readlinkSync('/proc/thread-self'));
  execFileSync('taskset', ['-pc', String(cpu), tid], { stdio: 'ignore' });
}

/** The CPUs on which `taskset` starts a side that ends up on `cpu`. */
export function listOfCpus({ pinLate, cpus }: Settings, cpu: number): string {
  return pinLate ? `${cpus.first},${cpus.other}` : String(cpu);
}
