/**
 * Closes hardware receivers before `process.execve()`. A kernel with Intel's patches goes down when
 * a sender posts to a thread that has executed another program. Node.js has `process.execve()`
 * since 22.15 and 23.11, on the main thread alone, and runs no clean-up of any kind before it
 * executes.
 */

import process from 'node:process';

type Execve = (...args: unknown[]) => unknown;

const isExecve = (value: unknown): value is Execve => typeof value === 'function';

/** Calls `close` before `process.execve()` does its work. Returns a function that undoes this. */
export function closeBeforeExec(close: () => void): () => void {
  const original: unknown = Reflect.get(process, 'execve');
  if (!isExecve(original)) return () => {};
  const guarded: Execve = (...args) => {
    close();
    return original.apply(process, args);
  };
  Reflect.set(process, 'execve', guarded);
  return () => {
    // Another wrapper on top of ours keeps ours in place: then it closes a closed receiver.
    if (Reflect.get(process, 'execve') === guarded) Reflect.set(process, 'execve', original);
  };
}
