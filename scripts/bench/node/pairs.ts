// pairs SETTINGS
//
// Measures pairs of threads that post to each other as fast as they can, all at once. Prints Pairs as
// JSON. Run it under `taskset`: all threads inherit its CPUs. The scheduler may move the threads among
// these CPUs unless `apart` is given.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Backend, Receiver, type ReceiverStats, Sender } from 'uintr';
import type { Cpus } from '../modes.js';
import { pinThisThread } from './pin.js';
import { PATIENCE_MS } from './transport.js';

export interface PairsSettings {
  readonly backend: Backend;
  readonly way: 'event loop' | 'waitSync';
  readonly pairs: number;
  readonly busyPollMicros: number | 'auto';
  readonly milliseconds: number;
  /** If given: pins the two threads of each pair to these CPUs, once they have receivers. */
  readonly apart?: Cpus;
}

export interface Pairs {
  /** Round trips per second, of all pairs together. */
  readonly rate: number;
  /** Round trips per second of the slowest pair. */
  readonly least: number;
  /** Counters of all receivers together, from beginning to end. */
  readonly sleeps: number;
  readonly spinsPaid: number;
  readonly spinsVain: number;
}

interface Side extends PairsSettings {
  /** The number of round trips per pair, and in the last word whether to stop. */
  readonly rounds: Int32Array;
  /** The index of the pair. Undefined for the side that answers. */
  readonly pair: number | undefined;
}

// The scheduler needs some time to find places for the threads. Runs of a quarter of a second say more
// about its first choice than about uintr.
const WARM_UP_MS = 300;

async function measure(settings: PairsSettings): Promise<Pairs> {
  const rounds = new Int32Array(new SharedArrayBuffer(4 * (settings.pairs + 1)));
  const workers: Worker[] = [];
  for (let pair = 0; pair < settings.pairs; ++pair) {
    workers.push(...(await startPair({ ...settings, rounds, pair })));
  }
  for (const worker of workers) worker.postMessage('go');
  await sleep(WARM_UP_MS);
  const before = rounds.slice(0, settings.pairs);
  const start = performance.now();
  await sleep(settings.milliseconds);
  const seconds = (performance.now() - start) / 1000;
  const made = rounds.slice(0, settings.pairs).map((count, i) => count - (before[i] ?? 0));

  Atomics.store(rounds, settings.pairs, 1);
  for (const worker of workers) worker.postMessage('stop');
  const messages = await Promise.all(workers.map((worker) => once(worker, 'message')));
  const all = messages.map(([stats]) => stats as ReceiverStats);
  const sum = (key: 'sleeps' | 'spinsPaid' | 'spinsVain'): number =>
    all.reduce((n, stats) => n + stats[key], 0);
  return {
    rate: made.reduce((a, b) => a + b, 0) / seconds,
    least: Math.min(...made) / seconds,
    sleeps: sum('sleeps'),
    spinsPaid: sum('spinsPaid'),
    spinsVain: sum('spinsVain'),
  };
}

async function startPair(first: Side): Promise<Worker[]> {
  const sides = [first, { ...first, pair: undefined }];
  const workers = sides.map((side) => new Worker(__filename, { workerData: side }));
  const fds = await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [i, worker] of workers.entries()) worker.postMessage(fds[1 - i]?.[0]);
  return workers;
}

async function play(side: Side): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const { backend, busyPollMicros, way, rounds, pair, apart } = side;
  const begins = pair !== undefined;
  const receiver = new Receiver({ backend, busyPollMicros });
  if (apart) pinThisThread(begins ? apart.first : apart.other);
  port.postMessage(receiver.createFd(0).fd);
  const [fd] = (await once(port, 'message')) as [number];
  const sender = new Sender(fd, { onDisconnect: 'drop' });
  await once(port, 'message'); // 'go'

  const turn = (): void => {
    if (begins) Atomics.add(rounds, pair, 1);
    sender.send();
  };
  if (way === 'event loop') {
    receiver.on('interrupt', turn);
    if (begins) sender.send();
    await once(port, 'message'); // 'stop'
  } else {
    const stop = rounds.length - 1;
    if (begins) sender.send();
    while (Atomics.load(rounds, stop) === 0) {
      if (receiver.waitSync(PATIENCE_MS) !== -1) turn();
    }
    sender.send(); // the other side may be asleep
  }
  const { stats } = receiver;
  receiver.close();
  port.postMessage(stats);
}

if (isMainThread) {
  void measure(JSON.parse(process.argv[2] ?? '') as PairsSettings).then((result) => {
    process.stdout.write(JSON.stringify(result), () => process.exit(0));
  });
} else {
  void play(workerData as Side);
}
