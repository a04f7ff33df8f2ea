/**
 * Closes hardware receivers before `process.execve()`. A kernel with Intel's patches goes down when
 * a sender posts to a thread that has executed another program. Node.js has `process.execve()`
 * since 22.15 and 23.11, on the main thread alone, and runs no clean-up of any kind before it
 * executes.
 */

import process from 'node:process';

type Execve = (...args: unknown[]) => unknown;

interface Guard {
  readonly original: Execve;
  readonly guarded: Execve;
}

const isExecve = (value: unknown): value is Execve => typeof value === 'function';

/** What to close, of all receivers of this thread. */
const closers = new Set<() => void>();
let guard: Guard | undefined;

function putInPlace(): void {
  const original: unknown = Reflect.get(process, 'execve');
  if (!isExecve(original) || original === guard?.guarded) return;
  const guarded: Execve = (...args) => {
    for (const close of closers) close();
    return original.apply(process, args);
  };
  guard = { original, guarded };
  Reflect.set(process, 'execve', guarded);
}

function takeAway(): void {
  // Another wrapper on top of ours keeps ours in place: then it has nothing to close.
  if (guard === undefined || Reflect.get(process, 'execve') !== guard.guarded) return;
  Reflect.set(process, 'execve', guard.original);
  guard = undefined;
}

/** Calls `close` before `process.execve()` does its work. Returns a function that undoes this. */
export function closeBeforeExec(close: () => void): () => void {
  if (closers.size === 0) putInPlace();
  closers.add(close);
  return () => {
    closers.delete(close);
    if (closers.size === 0) takeAway();
  };
}
