import { afterEach } from 'mocha';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Ends a child as hard as can be, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Ends the children of a test once it is over, however it ended: call it inside `describe`. */
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
