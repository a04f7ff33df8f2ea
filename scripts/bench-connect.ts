// Measures what connecting services costs: the time from connect() to the first interrupt, step by
// step, and what many idle connections cost a receiver, in memory and in each turn of its event loop.
//
//     npm run bench:connect -- [--json file] [--firsts count] [--quick]

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Command } from 'commander';
import { connect, FdSocket, Receiver, Sender } from 'uintr';
import { scratchFolder } from './bench/node/transports/scratch.js';
import { micros, table } from './bench/report/table.js';
import { type Summary, summarize } from './bench/statistics.js';

const COUNTS = [0, 1, 10, 100, 1000];
const FIRSTS = 300;
const WARM_UP = 50;
const TURNS = 5_000;
const ROUNDS = 5;

interface Options {
  readonly quick: boolean;
  readonly firsts: string;
  readonly json?: string;
}

/** What connect() does one after the other, and how the receiver hears of it. */
const STEPS = [
  'socket connected',
  'request to reply',
  'sender opened',
  'first send to delivery',
] as const;
const WHOLE = 'connect() to first interrupt';

interface Step {
  readonly step: string;
  readonly times: Summary;
}

interface Idle {
  readonly connections: number;
  readonly busyTurnNs: number;
  readonly sleepingTurnNs: number;
  readonly memoryBytes: number;
}

type Task = 'whole' | 'steps' | 'hold' | 'exit';

/** When what began, in nanoseconds of the clock that all processes share. */
type Times = readonly number[];

const now = (): number => Number(process.hrtime.bigint());

/** The other service: connects when told to. */
async function peer(): Promise<void> {
  const address = process.argv[3] ?? '';
  const held: unknown[] = [];
  const whole = async (hold: boolean): Promise<Times> => {
    const begin = now();
    const connection = await connect(address, { vectors: ['tick'] });
    connection.send('tick');
    if (hold) held.push(connection);
    else connection.close();
    return [begin];
  };
  /** By hand, as in lib/services/connection.ts. */
  const steps = async (): Promise<Times> => {
    const times = [now()];
    using socket = await FdSocket.connect(address);
    times.push(now());
    socket.send('{"uintr":1,"vectors":["tick"]}');
    const reply = await socket.receive();
    times.push(now());
    const [fd = -1] = reply?.fds ?? [];
    using sender = new Sender(fd);
    closeSync(fd);
    times.push(now());
    sender.send();
    return times;
  };
  for (;;) {
    const [task] = (await once(process, 'message')) as [Task];
    if (task === 'exit') process.exit();
    process.send?.(task === 'steps' ? await steps() : await whole(task === 'hold'));
  }
}

async function tell(child: ChildProcess, task: Task): Promise<Times> {
  child.send(task);
  const [times] = (await once(child, 'message')) as [Times];
  return times;
}

async function firstInterrupt(
  receiver: Receiver<{ tick: 0 }>,
  child: ChildProcess,
  firsts: number,
): Promise<Step[]> {
  let came = 0;
  const onTick = (): void => {
    came = now();
  };
  receiver.on('tick', onTick);
  const ask = async (task: Task): Promise<Times> => {
    came = 0;
    const times = await tell(child, task);
    while (came === 0) await nextTurn();
    return [...times, came];
  };
  const columns = new Map<string, number[]>();
  const add = (step: string, time: number): void => {
    columns.set(step, [...(columns.get(step) ?? []), time]);
  };
  for (let i = -WARM_UP; i < firsts; i++) {
    const [begin = NaN, end = NaN] = await ask('whole');
    const times = await ask('steps');
    if (i < 0) continue;
    add(WHOLE, end - begin);
    STEPS.forEach((step, index) => {
      add(step, (times[index + 1] ?? NaN) - (times[index] ?? NaN));
    });
  }
  receiver.off('tick', onTick);
  return [...columns].map(([step, times]) => ({
    step,
    times: summarize(Float64Array.from(times)),
  }));
}

/** Nanoseconds of one turn, the best of some rounds: other processes only add. */
async function turnTime(turn: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = now();
    for (let i = 0; i < TURNS; i++) await turn();
    best = Math.min(best, (now() - begin) / TURNS);
  }
  return best;
}

async function idleConnections(
  receiver: Receiver<{ tick: 0 }>,
  child: ChildProcess,
  counts: readonly number[],
): Promise<Idle[]> {
  receiver.on('tick', () => undefined);
  const [ours, theirs] = FdSocket.pair();
  const asleep = async (): Promise<void> => {
    const message = theirs.receive();
    ours.send('x'); // the loop goes to sleep and is woken at once
    await message;
  };
  const idle: Idle[] = [];
  let connections = 0;
  for (const count of counts) {
    for (; connections < count; connections++) await tell(child, 'hold');
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

const stepsText = (steps: readonly Step[]): string =>
  `Connecting, between two processes, in µs\n${table(
    ['<', 'p50', 'p90', 'p99', 'max'],
    steps.map(({ step, times: { p50, p90, p99, max } }) => [
      step,
      ...[p50, p90, p99, max].map(micros),
    ]),
  )}`;

function idleText(idle: readonly Idle[]): string {
  const none = idle[0];
  const each = (of: (row: Idle) => number, row: Idle, unit: number): string =>
    none === undefined || row.connections === 0
      ? ''
      : ((of(row) - of(none)) / row.connections / unit).toFixed(1);
  return `Idle connections: a turn of the receiver's loop in ns, and what each of them adds\n${table(
    ['connections', 'busy turn', 'each', 'sleeping turn', 'each', 'memory each, KiB'],
    idle.map((row) => [
      String(row.connections),
      row.busyTurnNs.toFixed(0),
      each(({ busyTurnNs }) => busyTurnNs, row, 1),
      row.sleepingTurnNs.toFixed(0),
      each(({ sleepingTurnNs }) => sleepingTurnNs, row, 1),
      each(({ memoryBytes }) => memoryBytes, row, 1024),
    ]),
  )}`;
}

async function main(): Promise<void> {
  const { quick, firsts, json } = new Command('bench:connect')
    .description('Measures what connecting services costs.')
    .option('-q, --quick', 'up to 100 idle connections only', false)
    .option('-n, --firsts <count>', 'how many connections to time', String(FIRSTS))
    .option('--json <file>', 'write all figures there')
    .parse()
    .opts<Options>();
  const address = path.join(scratchFolder(), 'socket');
  using receiver = new Receiver({ vectors: { tick: 0 } });
  receiver.listen(address, { requestsPerSecond: Infinity, maxConnections: 2000 });
  const child = fork(__filename, ['peer', address]);
  try {
    const steps = await firstInterrupt(receiver, child, Number(firsts));
    console.log(stepsText(steps));
    const counts = quick ? COUNTS.filter((count) => count <= 100) : COUNTS;
    const idle = await idleConnections(receiver, child, counts);
    console.log(`\n${idleText(idle)}`);
    const results = { date: new Date().toISOString(), backend: receiver.backend, steps, idle };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  } finally {
    child.kill();
  }
}

void (process.argv[2] === 'peer' ? peer() : main());
