import { afterEach } from 'mocha';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Kills a child and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Kills the children of a test after it, whether or not it passed. Call it inside `describe`. */
export function children(): <T extends ChildProcess>(child: T) => T {
  const started: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map(kill));
  });
  return (child) => {
    started.push(child);
    return child;
  };
}
