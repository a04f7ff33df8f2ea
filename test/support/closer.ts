import { readdirSync, readFileSync } from 'node:fs';
import { settles } from './settle.js';

/** The threads of this process that close descriptors (native/os/closer.cc). */
export function closers(): string[] {
  return readdirSync('/proc/self/task').filter((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8') === 'uintr-closer\n';
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

/** The number of close(2): arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h. */
const CLOSE = process.arch === 'x64' ? '3' : '57';

/** Those of them that wait in close(2) at the moment. */
export const stuckClosers = (): string[] =>
  closers().filter((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/syscall`, 'utf8').startsWith(`${CLOSE} `);
    } catch {
      return false; // it has ended meanwhile
    }
  });

/** Waits until all descriptors are closed. */
export async function allClosed(): Promise<void> {
  await settles(() => {
    if (closers().length > 0) throw new Error('a thread still closes descriptors');
  }, 60_000);
}
