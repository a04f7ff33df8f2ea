// Measures what connecting services costs: the time from connect() to the first interrupt, and what
// many idle connections cost a receiver, in memory and in each turn of its event loop.
//
//     node build/js/scripts/bench-connect.js

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect, FdSocket, Receiver } from 'uintr';

const COUNTS = [0, 1, 10, 100, 1000] as const;
const FIRSTS = 300;
const TURNS = 5_000;
const ROUNDS = 5;

/** The other service: connects when told to. */
async function peer(): Promise<void> {
  const address = process.argv[3] ?? '';
  const held: unknown[] = [];
  for await (const [what] of on(process)) {
    if (what === 'exit') process.exit();
    const begin = process.hrtime.bigint();
    const connection = await connect(address, { vectors: ['tick'] });
    connection.send('tick');
    if (what === 'hold') held.push(connection);
    else connection.close();
    process.send?.(String(begin));
  }
}

async function* on(target: NodeJS.Process): AsyncGenerator<[unknown]> {
  for (;;) yield (await once(target, 'message')) as [unknown];
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function firstInterrupt(receiver: Receiver<{ tick: 0 }>, child: ChildProcess): Promise<void> {
  const times: number[] = [];
  let came = 0n;
  const onTick = (): void => {
    came = process.hrtime.bigint();
  };
  receiver.on('tick', onTick);
  for (let i = 0; i < FIRSTS; i++) {
    child.send('once');
    const [begin] = (await once(child, 'message')) as [string];
    while (came === 0n) await nextTurn();
    times.push(Number(came - BigInt(begin)) / 1000);
    came = 0n;
  }
  receiver.off('tick', onTick);
  const p50 = median(times);
  console.log(
    `connect() to first interrupt: p50 ${p50.toFixed(0)} µs, p99 ${(times[Math.floor(FIRSTS * 0.99)] ?? NaN).toFixed(0)} µs (${FIRSTS} times, two processes)`,
  );
}

/** Nanoseconds of one turn, the best of some rounds: other processes only add. */
async function turnTime(turn: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < TURNS; i++) await turn();
    best = Math.min(best, Number(process.hrtime.bigint() - begin) / TURNS);
  }
  return best;
}

async function idleConnections(
  receiver: Receiver<{ tick: 0 }>,
  child: ChildProcess,
): Promise<void> {
  receiver.on('tick', () => undefined);
  const [ours, theirs] = FdSocket.pair();
  const asleep = async (): Promise<void> => {
    const message = theirs.receive();
    ours.send('x'); // the loop goes to sleep and is woken at once
    await message;
  };
  let connections = 0;
  let before: { awake: number; asleep: number; rss: number } | undefined;
  console.log('connections  busy turn ns  +/conn  sleeping turn ns  +/conn  memory KiB/conn');
  for (const count of COUNTS) {
    for (; connections < count; connections++) {
      child.send('hold');
      await once(child, 'message');
    }
    globalThis.gc?.();
    const rss = process.memoryUsage.rss();
    const now = { awake: await turnTime(nextTurn), asleep: await turnTime(asleep), rss };
    before ??= now;
    const each = (total: number, unit: number): string =>
      (count === 0 ? 0 : total / count / unit).toFixed(1);
    console.log(
      `${String(count).padStart(11)}${now.awake.toFixed(0).padStart(14)}` +
        each(now.awake - before.awake, 1).padStart(8) +
        now.asleep.toFixed(0).padStart(18) +
        each(now.asleep - before.asleep, 1).padStart(8) +
        each(rss - before.rss, 1024).padStart(17),
    );
  }
  ours.close();
  theirs.close();
}

async function main(): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'uintr-bench-'));
  const address = path.join(directory, 'socket');
  using receiver = new Receiver({ vectors: { tick: 0 } });
  receiver.listen(address, { requestsPerSecond: Infinity, maxConnections: 2000 });
  const child = fork(__filename, ['peer', address]);
  try {
    await firstInterrupt(receiver, child);
    await idleConnections(receiver, child);
  } finally {
    child.kill();
    receiver.close();
    rmSync(directory, { recursive: true });
  }
}

void (process.argv[2] === 'peer' ? peer() : main());
