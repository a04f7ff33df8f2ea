/**
 * A kernel with Intel's patches goes down when somebody posts to a thread that has executed another
 * program, so a hardware receiver has to be closed before `process.execve()`. Node.js has that since
 * 22.15 and 23.11, on the main thread alone; it runs no clean-up of any kind before it executes.
 */

type Execve = (...args: unknown[]) => unknown;

const isExecve = (value: unknown): value is Execve => typeof value === 'function';

/** Calls `close` before `process.execve()` does its work. Returns how to take that back. */
export function closeBeforeExec(close: () => void): () => void {
  const original: unknown = Reflect.get(process, 'execve');
  if (!isExecve(original)) return () => {};
  const guarded: Execve = (...args) => {
    close();
    return original.apply(process, args);
  };
  Reflect.set(process, 'execve', guarded);
  return () => {
    // Not if somebody has wrapped it once more: then ours stays, and closes what is closed.
    if (Reflect.get(process, 'execve') === guarded) Reflect.set(process, 'execve', original);
  };
}
