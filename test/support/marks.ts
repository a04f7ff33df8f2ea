import { accessSync } from 'node:fs';

/** A system call that a test can find in the log of strace: support/strace.ts. */
export function mark(name: 'begin' | 'end'): void {
  try {
    accessSync(`/uintr-test/${name}`);
  } catch {
    // It need not exist: strace shows the call.
  }
}
