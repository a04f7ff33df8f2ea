// flood SETTINGS
//
// Senders post as fast as they can to one receiver, a vector fd each; prints Flood as JSON.

import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { type BackendChoice, Receiver, Sender } from 'uintr';

export interface FloodSettings {
  readonly backend: BackendChoice;
  readonly senders: number;
  readonly milliseconds: number;
}

export interface Flood {
  readonly senders: number;
  readonly postsPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** The part of the posts that met one still pending. */
  readonly coalesced: number;
}

interface SenderData {
  readonly fd: number;
  readonly index: number;
  /** Posts by sender, and at the end whether to stop. */
  readonly posts: Int32Array;
}

const POSTS_BETWEEN_LOOKS = 64;
const SETTLE_MS = 200;

async function measure({ backend, senders, milliseconds }: FloodSettings): Promise<Flood> {
  using receiver = new Receiver({ backend });
  const posts = new Int32Array(new SharedArrayBuffer(4 * (senders + 1)));
  let deliveries = 0;
  receiver.on('interrupt', () => ++deliveries);
  const workers = Array.from({ length: senders }, (_, index) => {
    const data: SenderData = { fd: receiver.createFd(index).fd, index, posts };
    return new Worker(__filename, { workerData: data });
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
    senders,
    postsPerSecond: posted / seconds,
    deliveriesPerSecond: delivered / seconds,
    coalesced: 1 - delivered / posted,
  };
}

function flood({ fd, index, posts }: SenderData): void {
  const sender = new Sender(fd);
  const stop = posts.length - 1;
  while (Atomics.load(posts, stop) === 0) {
    for (let i = 0; i < POSTS_BETWEEN_LOOKS; ++i) sender.send();
    Atomics.add(posts, index, POSTS_BETWEEN_LOOKS);
  }
}

if (isMainThread) {
  void measure(JSON.parse(process.argv[2] ?? '') as FloodSettings).then((result) => {
    process.stdout.write(JSON.stringify(result), () => process.exit(0));
  });
} else {
  flood(workerData as SenderData);
}
