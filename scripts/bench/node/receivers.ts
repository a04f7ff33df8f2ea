// receivers SETTINGS
//
// Measures one thread that posts to many receivers, each in the event loop of a thread of its own,
// and gets an answer from all of them. Prints Receivers as JSON. Run it under `taskset`: all threads
// inherit its CPUs.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Backend, Receiver, Sender } from 'uintr';
import { summarize } from '../statistics.js';
import { Stopwatch } from './stopwatch.js';

export interface ReceiversSettings {
  readonly backend: Backend;
  readonly receivers: number;
  readonly rounds: number;
}

/** p50 of a round, a post to every receiver and an answer from each, in nanoseconds. */
export interface Receivers {
  readonly receivers: number;
  readonly uintr: number;
  readonly messagePort: number;
}

interface WorkerData {
  readonly backend: Backend;
  /** A vector fd of the thread that posts first. Undefined: answer by MessagePort. */
  readonly fd: number | undefined;
}

/**
 * Posts to all receivers, and again when all have answered. `listen` gets the function to call on
 * each answer.
 */
async function rounds(
  { receivers, rounds: count }: ReceiversSettings,
  listen: (heard: () => void) => void,
  postToAll: () => void,
): Promise<number> {
  const stopwatch = new Stopwatch(count, Math.ceil(count / 4));
  let missing = receivers;
  await new Promise<void>((resolve) => {
    listen(() => {
      if (--missing > 0) return;
      missing = receivers;
      if (stopwatch.lap()) postToAll();
      else resolve();
    });
    postToAll();
  });
  return summarize(stopwatch.times()).p50;
}

async function byUintr(settings: ReceiversSettings): Promise<number> {
  using receiver = new Receiver({ backend: settings.backend });
  const senders: Sender[] = [];
  const workers: Worker[] = [];
  for (let vector = 0; vector < settings.receivers; ++vector) {
    const data: WorkerData = { backend: settings.backend, fd: receiver.createFd(vector).fd };
    const worker = new Worker(__filename, { workerData: data });
    const [fd] = (await once(worker, 'message')) as [number];
    senders.push(new Sender(fd));
    workers.push(worker);
  }
  const p50 = await rounds(
    settings,
    (heard) => receiver.on('interrupt', heard),
    () => {
      for (const sender of senders) sender.send();
    },
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  return p50;
}

async function byMessagePort(settings: ReceiversSettings): Promise<number> {
  const data: WorkerData = { backend: settings.backend, fd: undefined };
  const workers = Array.from(
    { length: settings.receivers },
    () => new Worker(__filename, { workerData: data }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const p50 = await rounds(
    settings,
    (heard) => {
      for (const worker of workers) worker.on('message', heard);
    },
    () => {
      for (const worker of workers) worker.postMessage(0);
    },
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  return p50;
}

function answer({ backend, fd }: WorkerData): void {
  if (fd === undefined) {
    parentPort?.postMessage('ready');
    parentPort?.on('message', () => parentPort?.postMessage(0));
    return;
  }
  const receiver = new Receiver({ backend });
  const sender = new Sender(fd);
  receiver.on('interrupt', () => {
    sender.send();
  });
  parentPort?.postMessage(receiver.createFd(0).fd);
}

async function measure(settings: ReceiversSettings): Promise<Receivers> {
  return {
    receivers: settings.receivers,
    uintr: await byUintr(settings),
    messagePort: await byMessagePort(settings),
  };
}

if (isMainThread) {
  void measure(JSON.parse(process.argv[2] ?? '') as ReceiversSettings).then((result) => {
    process.stdout.write(JSON.stringify(result), () => process.exit(0));
  });
} else {
  answer(workerData as WorkerData);
}
