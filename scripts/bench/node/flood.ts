// flood SETTINGS
//
// Measures a flood: senders post as fast as they can to one event loop, each over its own vector fd
// or MessagePort. Prints Flood as JSON.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Backend, Receiver, Sender } from 'uintr';

export interface FloodSettings {
  readonly by: Backend | 'MessagePort';
  readonly senders: number;
  readonly milliseconds: number;
}

export interface Flood {
  readonly postsPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** The fraction of the posts that met a pending vector. Undefined for messages: none coalesces. */
  readonly coalesced: number | undefined;
}

interface SenderData {
  /** The vector fd. Undefined: the sender posts by MessagePort. */
  readonly fd: number | undefined;
  readonly index: number;
  /** The number of posts per sender, and in the last word whether to stop. */
  readonly posts: Int32Array;
  /** The number of messages that have arrived per sender. */
  readonly arrived: Int32Array;
}

const POSTS_BETWEEN_LOOKS = 64;
const SETTLE_MS = 200;

async function measure({ by, senders, milliseconds }: FloodSettings): Promise<Flood> {
  using receiver = by === 'MessagePort' ? undefined : new Receiver({ backend: by });
  const posts = new Int32Array(new SharedArrayBuffer(4 * (senders + 1)));
  const arrived = new Int32Array(new SharedArrayBuffer(4 * senders));
  let deliveries = 0;
  receiver?.on('interrupt', () => ++deliveries);
  const workers = Array.from({ length: senders }, (_, index) => {
    const data: SenderData = { fd: receiver?.createFd(index).fd, index, posts, arrived };
    const worker = new Worker(__filename, { workerData: data });
    worker.on('message', () => {
      ++deliveries;
      Atomics.add(arrived, index, 1);
    });
    return worker;
  });
  const count = (): number => posts.subarray(0, senders).reduce((sum, n) => sum + n, 0);
  const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  while (posts.subarray(0, senders).includes(0)) await after(1); // until all have started
  await after(SETTLE_MS);
  const before = { posts: count(), deliveries, time: performance.now() };
  await after(milliseconds);
  const seconds = (performance.now() - before.time) / 1000;
  const posted = count() - before.posts;
  const delivered = deliveries - before.deliveries;
  Atomics.store(posts, senders, 1);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return {
    postsPerSecond: posted / seconds,
    deliveriesPerSecond: delivered / seconds,
    coalesced: receiver === undefined ? undefined : 1 - delivered / posted,
  };
}

function flood(data: SenderData): void {
  const { fd, index, posts } = data;
  const stop = posts.length - 1;
  const post = fd === undefined ? messages(data) : interrupts(fd);
  while (Atomics.load(posts, stop) === 0) {
    post();
    Atomics.add(posts, index, POSTS_BETWEEN_LOOKS);
  }
}

function interrupts(fd: number): () => void {
  const sender = new Sender(fd);
  return () => {
    for (let i = 0; i < POSTS_BETWEEN_LOOKS; ++i) sender.send();
  };
}

/** Enough messages on their way for a receiver that never runs out of them, in bounded memory. */
const MOST_ON_THEIR_WAY = 4096;
const REST_MS = 1;

function messages({ index, posts, arrived }: SenderData): () => void {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const onTheirWay = (): number => Atomics.load(posts, index) - Atomics.load(arrived, index);
  return () => {
    while (onTheirWay() > MOST_ON_THEIR_WAY) Atomics.wait(nobody, 0, 0, REST_MS);
    for (let i = 0; i < POSTS_BETWEEN_LOOKS; ++i) parentPort?.postMessage(0);
  };
}

if (isMainThread) {
  void measure(JSON.parse(process.argv[2] ?? '') as FloodSettings).then((result) => {
    process.stdout.write(JSON.stringify(result), () => process.exit(0));
  });
} else {
  flood(workerData as SenderData);
}
