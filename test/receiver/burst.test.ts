import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { turns } from '../support/settle.js';

const VECTORS = [1, 2, 3, 4] as const;

describe('a burst', () => {
  const use = closing();

  /** Raises all vectors before the event loop looks again. */
  function raiseAll(receiver: Receiver): void {
    for (const vector of VECTORS) use(new Sender(receiver.createFd(vector))).send();
  }

  for (const busyPollMicros of [0, 1000]) {
    describe(`with ${busyPollMicros} microseconds of busy polling`, () => {
      for (const [burst, expected] of [
        [undefined, [4, '4', 3, '3', 2, '2', 1, '1']],
        [1, [4, '4', 3, '3', 2, '2', 1, '1']],
        [3, [4, 3, 2, '4', '3', '2', 1, '1']],
        [1000, [4, 3, 2, 1, '4', '3', '2', '1']],
      ] as const) {
        it(`runs ticks and promise callbacks at its end (burst: ${burst ?? 'default'})`, async () => {
          const receiver = use(
            new Receiver({ busyPollMicros, ...(burst === undefined ? {} : { burst }) }),
          );
          const heard: (number | string)[] = [];
          receiver.on('interrupt', (vector) => {
            heard.push(vector);
            // A tick, then a promise's callback: both are done before the next burst.
            process.nextTick(() => {
              void Promise.resolve().then(() => heard.push(String(vector)));
            });
          });
          raiseAll(receiver);
          await turns();
          assert.deepEqual(heard, expected);
        });
      }

      it('gives each wait() an interrupt, and leaves the others pending', async () => {
        const receiver = use(new Receiver({ busyPollMicros, burst: 100 }));
        raiseAll(receiver);
        assert.equal(await receiver.wait(), 4);
        await turns();
        assert.equal(await receiver.wait(), 3);
        await turns();
        assert.deepEqual([receiver.poll(), receiver.poll(), receiver.poll()], [2, 1, -1]);
      });

      it('ends when the receiver is masked, and goes on after stui()', async () => {
        const receiver = use(new Receiver({ busyPollMicros, burst: 100 }));
        const heard: number[] = [];
        receiver.on('interrupt', (vector) => {
          heard.push(vector);
          if (vector === 3) receiver.clui();
        });
        raiseAll(receiver);
        await turns();
        assert.deepEqual(heard, [4, 3]);
        receiver.stui();
        await turns();
        assert.deepEqual(heard, [4, 3, 2, 1]);
      });

      it('ends with the receiver', async () => {
        const receiver = use(new Receiver({ busyPollMicros, burst: 100 }));
        const heard: number[] = [];
        receiver.on('interrupt', (vector) => {
          heard.push(vector);
          if (vector === 3) receiver.close();
        });
        raiseAll(receiver);
        await turns();
        assert.deepEqual(heard, [4, 3]);
      });

      it('loses nothing when a listener throws', async () => {
        const receiver = use(new Receiver({ busyPollMicros, burst: 100 }));
        const heard: number[] = [];
        receiver.on('interrupt', (vector) => {
          heard.push(vector);
          if (vector === 3) throw new Error('three');
        });
        const listeners = process.rawListeners('uncaughtException');
        process.removeAllListeners('uncaughtException');
        try {
          const uncaught = once(process, 'uncaughtException') as Promise<[Error]>;
          raiseAll(receiver);
          assert.equal((await uncaught)[0].message, 'three');
          await turns();
        } finally {
          for (const listener of listeners) process.on('uncaughtException', listener as () => void);
        }
        assert.deepEqual(heard, [4, 3, 2, 1]);
      });
    });
  }

  it('takes what its listener posts, while the receiver busy polls', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 100_000, burst: 5 }));
    const sender = use(new Sender(receiver.createFd(7)));
    const bursts: number[] = [];
    // The loop must have nothing else to do: it spins only then.
    await new Promise<void>((resolve) => {
      let heard = 0;
      let left = 12;
      receiver.on('interrupt', () => {
        if (heard++ === 0) {
          queueMicrotask(() => {
            bursts.push(heard);
            heard = 0;
            if (left === 0) resolve();
          });
        }
        if (--left > 0) sender.send();
      });
      sender.send();
    });
    // The first interrupt may come after the loop's poll, where the receiver does not spin.
    assert.ok(bursts.includes(5), String(bursts));
    assert.ok(
      bursts.every((length) => length <= 5),
      String(bursts),
    );
    assert.equal(
      bursts.reduce((sum, length) => sum + length),
      12,
    );
  });
});

describe('a delivery', function () {
  // The young generation has room for some tens of thousands of small objects.
  for (const burst of [1, 100]) {
    it(`allocates nothing on JavaScript’s heap (burst ${burst})`, async () => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          // The reducer collects an idle heap after some eight seconds, which a slow machine takes.
          ...['--trace-gc', '--single-threaded-gc', '--no-memory-reducer'],
          ...[fixture('deliveries'), '300000', String(burst)],
        ],
        { timeout: PATIENCE_MS },
      );
      const [, measured] = stdout.split('measured from here\n');
      assert.ok(measured !== undefined, stdout);
      assert.deepEqual(measured.match(/Scavenge|Mark-Compact|Mark-sweep/g), null, measured);
    });
  }
});
