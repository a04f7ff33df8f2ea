// Searches for lost wake-ups: senders in worker threads post with random pauses, and one receiver
// waits in random ways. Interrupts coalesce, so the receiver cannot count them. Instead each sender
// writes the number of its post to shared memory before it posts. A wake-up was lost if the receiver
// sleeps and has not seen the last number.

import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Receiver } from 'uintr';
import { random } from './random.js';

export interface StressOptions {
  readonly posts: number;
  readonly senders: number;
  readonly seed: number;
  /** Called now and then with the posts seen so far. */
  readonly onProgress?: (seen: number) => void;
}

export interface StressResult {
  /** The interrupts taken in each way of waiting. */
  readonly taken: Readonly<Record<string, number>>;
  /** The number of each sender's last post, and the last number that the receiver saw. */
  readonly senders: readonly { readonly posted: number; readonly seen: number }[];
}

const SENDER = path.join(__dirname, 'sender.js');
const NO_WAY_LASTS_LONGER_MS = 20_000;

/** Posts `posts` times in all. Throws if a wake-up is lost. */
export async function stress(options: StressOptions): Promise<StressResult> {
  const { posts, senders, seed } = options;
  const chance = random(seed);
  const shared = new BigInt64Array(new SharedArrayBuffer(8 * senders));
  const each = Math.ceil(posts / senders);
  const seen = Array<number>(senders).fill(0);
  const taken: Record<string, number> = {};
  const receiver = new Receiver({ busyPollMicros: 20 });
  const workers = Array.from({ length: senders }, (_, vector) => {
    const { fd } = receiver.createFd(vector);
    const workerData = { fd, vector, shared, posts: each, seed: seed + 7919 * (vector + 1) };
    return new Worker(SENDER, { workerData });
  });
  for (const worker of workers) {
    worker.on('error', (error) => {
      throw error;
    });
  }

  const take = (way: string, vector: number): void => {
    if (vector === -1) {
      if (way === 'poll' || way === 'waitSync, short') return;
      throw new Error(`a wake-up was lost in ${way}`);
    }
    taken[way] = (taken[way] ?? 0) + 1;
    seen[vector] = Number(Atomics.load(shared, vector));
  };
  const ways: Record<string, () => unknown> = {
    poll: () => {
      take('poll', receiver.poll());
    },
    'waitSync, long': () => {
      take('waitSync, long', receiver.waitSync(NO_WAY_LASTS_LONGER_MS));
    },
    'waitSync, short': () => {
      take('waitSync, short', receiver.waitSync(chance() * 2));
    },
    wait: async () => {
      take('wait', await receiver.wait({ timeout: NO_WAY_LASTS_LONGER_MS }));
    },
    listener: async () => {
      const listener = (vector: number): void => {
        take('listener', vector);
      };
      receiver.on('interrupt', listener);
      for (let turns = Math.ceil(chance() * 4); turns > 0; turns--) await nextTurn();
      receiver.off('interrupt', listener);
    },
    iterator: async () => {
      let left = Math.ceil(chance() * 4);
      for await (const vector of receiver) {
        take('iterator', vector);
        if (--left <= 0 || seen.every((last) => last === each)) break;
      }
    },
  };
  const names = Object.keys(ways);
  try {
    let last = Date.now();
    while (seen.some((post) => post < each)) {
      const way = names[Math.floor(chance() * names.length)] ?? 'poll';
      for (let i = Math.ceil(chance() * 4); i > 0; i--) {
        await ways[way]?.();
        if (seen.every((post) => post === each)) break;
      }
      if (Date.now() - last > 200) {
        last = Date.now();
        options.onProgress?.(seen.reduce((sum, post) => sum + post, 0));
        await nextTurn();
      }
    }
  } finally {
    receiver.close();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return { taken, senders: seen.map((post) => ({ posted: each, seen: post })) };
}
