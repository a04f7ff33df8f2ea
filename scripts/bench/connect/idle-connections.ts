// Measures what many idle connections cost a receiver, in memory and per turn of its event loop.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { FdSocket, type Receiver } from 'uintr';
import { now, type Task, type Times } from './tasks.js';

const TURNS = 5_000;
const ROUNDS = 5;

export interface Idle {
  readonly connections: number;
  readonly busyTurnNs: number;
  readonly sleepingTurnNs: number;
  readonly memoryBytes: number;
}

/** Nanoseconds per turn. The best of several rounds, because other processes only add. */
async function turnTime(turn: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = now();
    for (let i = 0; i < TURNS; i++) await turn();
    best = Math.min(best, (now() - begin) / TURNS);
  }
  return best;
}

/** Has the peer keep `counts` connections, one count after the other. `tell` gives it a task. */
export async function idleConnections(
  receiver: Receiver<{ tick: 0 }>,
  tell: (task: Task) => Promise<Times>,
  counts: readonly number[],
): Promise<Idle[]> {
  receiver.on('tick', () => undefined);
  const [ours, theirs] = FdSocket.pair();
  const asleep = async (): Promise<void> => {
    const message = theirs.receive();
    ours.send('x'); // the event loop goes to sleep and wakes at once
    await message;
  };
  const idle: Idle[] = [];
  let connections = 0;
  for (const count of counts) {
    for (; connections < count; connections++) await tell('hold');
    globalThis.gc?.();
    idle.push({
      connections,
      memoryBytes: process.memoryUsage.rss(),
      busyTurnNs: await turnTime(nextTurn),
      sleepingTurnNs: await turnTime(asleep),
    });
  }
  ours.close();
  theirs.close();
  return idle;
}
