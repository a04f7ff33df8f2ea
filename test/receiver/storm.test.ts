import assert from 'node:assert/strict';
import { setTimeout as sleep, setImmediate as nextTurn } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { afterEach } from 'mocha';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture, remotes } from '../support/remote.js';

/** Whether the promise resolves within a number of milliseconds; bounds a hang. */
const bounded = async <T>(promise: Promise<T>): Promise<T> => {
  const timer = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error('starved');
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    await late.catch(() => {});
  }
};

describe('an interrupt storm', () => {
  const use = closing();
  const { worker } = remotes();
  const storms: Worker[] = [];
  afterEach(async () => {
    await Promise.all(storms.splice(0).map((worker) => worker.terminate()));
  });

  /** A worker that posts all the time. */
  async function storm(receiver: Receiver): Promise<void> {
    const fds = [1, 2, 3].map((vector) => receiver.createFd(vector).fd);
    const worker = new Worker(fixture('storm'), { workerData: fds });
    storms.push(worker);
    await once(worker, 'message');
  }

  for (const busyPollMicros of [0, 100, 10_000]) {
    describe(`with ${busyPollMicros} microseconds of busy polling`, () => {
      it('starves no timer, no immediate, no message and no file', async () => {
        const receiver = use(new Receiver({ busyPollMicros }));
        await storm(receiver);
        let heard = 0;
        receiver.on('interrupt', () => heard++);
        for (let i = 0; i < 5; i++) {
          await bounded(sleep(1));
          await bounded(nextTurn());
          await bounded(readFile(__filename));
          const { port1, port2 } = new MessageChannel();
          const message = once(port1, 'message');
          port2.postMessage('hello');
          await bounded(message);
          port1.close();
        }
        assert.ok(heard > 0);
      });
    });
  }

  it('starves nothing although it begins during a busy poll and does not end', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 200_000 }));
    const sender = use(new Sender(receiver.createFd(9)));
    const peer = worker();
    let starved = false;
    let late = Infinity;
    receiver.on('interrupt', (vector) => {
      if (vector === 10) late = Date.now() + 5000;
      starved ||= Date.now() > late; // nothing else would end the storm
      if (!starved) sender.send();
    });
    await peer.ask({ do: 'open sender', fd: receiver.createFd(10).fd });
    peer.tell({ do: 'send' }); // while the receiver spins
    assert.equal(await peer.next(), 'sent');
    await sleep(1);
    await readFile(__filename);
    assert.equal(starved, false);
  });

  it('does not prolong the busy poll when its listener is slow', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 1000 }));
    const sender = use(new Sender(receiver.createFd(9)));
    let heard = 0;
    receiver.on('interrupt', () => {
      heard++;
      const end = performance.now() + 12; // longer than a tick of the kernel's slowest timer
      while (performance.now() < end);
      sender.send();
    });
    sender.send();
    for (let i = 0; i < 10; i++) {
      heard = 0;
      await sleep(1);
      // One interrupt after the loop's poll and one before it; one more turn until the timer is due.
      assert.ok(heard <= 4, `${heard} deliveries`);
    }
  });

  it('is delivered at most once per vector and turn of the event loop', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(9)));
    await storm(receiver);
    let heard = new Map<number, number>();
    receiver.on('interrupt', (vector) => {
      heard.set(vector, (heard.get(vector) ?? 0) + 1);
      sender.send();
    });
    for (let turn = 0; turn < 200; turn++) {
      heard = new Map();
      await nextTurn();
      for (const [vector, times] of heard) assert.equal(times, 1, `vector ${vector}`);
    }
  });

  it('does not keep poll() or waitSync() from returning', async () => {
    const receiver = use(new Receiver());
    await storm(receiver);
    const seen = new Set<number>();
    while (seen.size < 3) {
      seen.add(receiver.waitSync());
      seen.add(receiver.waitSync());
      const vector = receiver.poll();
      if (vector !== -1) seen.add(vector);
    }
    assert.deepEqual([...seen].sort(), [1, 2, 3]);
  });

  it('ends with the receiver', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 10_000 }));
    await storm(receiver);
    await new Promise<void>((resolve) => {
      let heard = 0;
      receiver.on('interrupt', () => {
        if (++heard < 100) return;
        receiver.close();
        resolve();
      });
    });
    const [worker] = storms;
    assert.ok(worker);
    const [message] = (await once(worker, 'message')) as [unknown];
    assert.equal(message, 'ESHUTDOWN');
  });
});
