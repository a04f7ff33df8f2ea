import { existsSync } from 'node:fs';

/** A system call that a test can find in the log of strace: support/strace.ts. */
export function mark(name: 'begin' | 'file' | 'end'): void {
  existsSync(`/uintr-test/${name}`); // the file does not exist
}
