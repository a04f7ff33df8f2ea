// Atomics on a shared array buffer: spinning, wait() and waitAsync().

import type { End, ThreadTransport } from '../transport.js';
import { PATIENCE_MS } from '../transport.js';

/** The index of each side's word, on a cache line of its own. */
const FIRST = 0;
const OTHER = 16;

function overSharedMemory(
  endOf: (words: Int32Array, own: number, peer: number) => End,
): ThreadTransport<SharedArrayBuffer> {
  return {
    between: 'threads',
    open() {
      const memory = new SharedArrayBuffer(128);
      return { offer: memory, meet: () => endOf(new Int32Array(memory), FIRST, OTHER) };
    },
    join: (memory) => endOf(new Int32Array(memory), OTHER, FIRST),
  };
}

/** Each word is a count of posts, so that nobody has to reset it. */
export const atomicsSpin = overSharedMemory((words, own, peer) => {
  let seen = 0;
  let sent = 0;
  return {
    kind: 'blocking',
    send: () => {
      Atomics.store(words, peer, ++sent);
    },
    wait: () => {
      while (Atomics.load(words, own) === seen);
      ++seen;
    },
  };
});

export const atomicsWait = overSharedMemory((words, own, peer) => ({
  kind: 'blocking',
  send: () => {
    Atomics.store(words, peer, 1);
    Atomics.notify(words, peer, 1);
  },
  wait: () => {
    while (Atomics.exchange(words, own, 0) === 0) {
      if (Atomics.wait(words, own, 0, PATIENCE_MS) === 'timed-out') throw new Error('no notify');
    }
  },
}));

/** The type of Atomics.waitAsync, which TypeScript has only from ES2024 on; Node has it since 16. */
interface WithWaitAsync {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ):
    | { readonly async: false; readonly value: string }
    | { readonly async: true; readonly value: Promise<string> };
}

export const atomicsWaitAsync = overSharedMemory((words, own, peer) => ({
  kind: 'event',
  send: () => {
    Atomics.store(words, peer, 1);
    Atomics.notify(words, peer, 1);
  },
  listen: (heard) => {
    setInterval(() => undefined, PATIENCE_MS); // a pending waitAsync keeps no thread alive
    const hear = async (): Promise<never> => {
      for (;;) {
        const waiting = (Atomics as unknown as WithWaitAsync).waitAsync(words, own, 0);
        if (waiting.async) await waiting.value;
        if (Atomics.exchange(words, own, 0) === 1) heard();
      }
    };
    void hear();
  },
}));
