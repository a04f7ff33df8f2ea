// Several receivers on one thread: what one takes, masks or waits for never touches another's.
import assert from 'node:assert/strict';
import { cpSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as uintr from 'uintr';
import { Receiver, Sender, type VectorFd } from 'uintr';
import { folder } from '../support/addresses.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { remotes } from '../support/remote.js';
import { turns } from '../support/settle.js';
import { root } from '../support/testbed.js';

describe('several receivers on a thread', function () {
  const use = closing();
  const { worker } = remotes();

  /** A receiver with a sender for each of these vectors. */
  function open(...vectors: number[]): { receiver: Receiver; senders: Sender[] } {
    const receiver = use(new Receiver());
    const senders = vectors.map((vector) => use(new Sender(receiver.createFd(vector))));
    return { receiver, senders };
  }

  const send = ({ senders }: { senders: readonly Sender[] }): void => {
    for (const sender of senders) sender.send();
  };

  function takeAll(receiver: Receiver): number[] {
    const taken: number[] = [];
    for (let vector = receiver.poll(); vector !== -1; vector = receiver.poll()) taken.push(vector);
    return taken;
  }

  it('take nothing of each other’s by poll(), each its own highest first', () => {
    const receivers = [open(1, 5, 63), open(0, 62, 63), open(5, 4, 3), open(63, 1, 0)];
    receivers.forEach(send);
    assert.deepEqual(
      receivers.map(({ receiver }) => takeAll(receiver)),
      [
        [63, 5, 1],
        [63, 62, 0],
        [5, 4, 3],
        [63, 1, 0],
      ],
    );
  });

  it('take nothing of each other’s in the event loop, each its own highest first', async () => {
    const receivers = [open(1, 5, 63), open(0, 62, 63), open(5, 4, 3)];
    const heard: number[][] = receivers.map(({ receiver }) => {
      const own: number[] = [];
      receiver.on('interrupt', (vector) => own.push(vector));
      return own;
    });
    for (let round = 0; round < 3; ++round) {
      receivers.forEach(send);
      await turns();
    }
    const thrice = (vectors: number[]): number[] => [...vectors, ...vectors, ...vectors];
    assert.deepEqual(heard, [thrice([63, 5, 1]), thrice([63, 62, 0]), thrice([5, 4, 3])]);
  });

  it('take nothing of each other’s by waitSync(), and keep what comes for the others', async () => {
    const [a, b, c] = [open(7), open(7), open(7)];
    const heard: number[] = [];
    c.receiver.on('interrupt', (vector) => heard.push(vector));
    send(b);
    send(c);
    assert.equal(a.receiver.waitSync(5), -1); // sleeps, and neither of them ends that
    send(a);
    assert.equal(a.receiver.waitSync(), 7);
    assert.equal(a.receiver.poll(), -1);
    assert.deepEqual(heard, []);
    await turns();
    assert.deepEqual(heard, [7]);
    assert.equal(b.receiver.waitSync(), 7);
  });

  it('are woken by a worker, each from its own sleep in waitSync() and in the loop', async () => {
    const fds: VectorFd[] = [];
    const receivers = Array.from({ length: 3 }, (_, i) => {
      const receiver = use(new Receiver({ busyPollMicros: 0 }));
      fds.push(receiver.createFd(60 + i), receiver.createFd(i));
      return receiver;
    });
    const peers = await Promise.all(
      fds.map(async (fd) => {
        const peer = worker();
        assert.equal(await peer.ask({ do: 'open sender', fd: fd.fd }), fd.vector);
        return peer;
      }),
    );
    for (let round = 0; round < 20; ++round) {
      for (const [i, receiver] of receivers.entries()) {
        const [high, low] = [peers[2 * i], peers[2 * i + 1]];
        assert.ok(high && low);
        high.tell({ do: 'send' });
        assert.equal(receiver.waitSync(), 60 + i);
        const wait = receiver.wait();
        low.tell({ do: 'send' });
        assert.equal(await wait, i);
        assert.deepEqual(await Promise.all([high.next(), low.next()]), ['sent', 'sent']);
      }
    }
  });

  it('hear while another one busy polls, which ends that', async () => {
    const before = use(new Receiver({ busyPollMicros: 0 }));
    // 100 busy polls of a second each would take longer than this test may.
    const busy = use(new Receiver({ busyPollMicros: 1_000_000 }));
    const after = use(new Receiver({ busyPollMicros: 0 }));
    busy.createFd(1);
    busy.on('interrupt', () => {});
    // The last one to be opened is the first to get ready for the loop's poll: this one finds its
    // interrupt when the busy poll is over.
    const sender = use(new Sender(before.createFd(3)));
    for (let round = 0; round < 100; ++round) {
      const wait = before.wait();
      await sleep(1);
      sender.send();
      assert.equal(await wait, 3);
    }
    // This one has parked, and is woken while the other one busy polls.
    const peer = worker();
    await peer.ask({ do: 'open sender', fd: after.createFd(3).fd });
    for (let round = 0; round < 20; ++round) {
      const wait = after.wait();
      peer.tell({ do: 'send' });
      assert.equal(await wait, 3);
      await peer.next();
    }
    assert.ok(busy.stats.spinsVain > 0);
  });

  it('are masked each by itself', async () => {
    const [a, b] = [open(9, 3), open(9, 3)];
    a.receiver.clui();
    assert.deepEqual([a.receiver.testui(), b.receiver.testui()], [false, true]);
    send(a);
    send(b);
    assert.deepEqual([takeAll(a.receiver), takeAll(b.receiver)], [[], [9, 3]]);
    b.receiver.clui();
    b.receiver.clui();
    send(b);
    assert.deepEqual([a.receiver.testui(), b.receiver.testui()], [false, false]);
    a.receiver.stui();
    assert.deepEqual([a.receiver.testui(), b.receiver.testui()], [true, false]);
    assert.deepEqual([takeAll(a.receiver), takeAll(b.receiver)], [[9, 3], []]);
    const heard: number[] = [];
    b.receiver.on('interrupt', (vector) => heard.push(vector));
    await turns();
    assert.deepEqual(heard, []);
    b.receiver.stui();
    await turns();
    assert.deepEqual(heard, [9, 3]);
  });

  it('keep their masks while others come and go', () => {
    const { receiver, senders } = open(9);
    receiver.clui();
    send({ senders });
    const other = open(9);
    send(other);
    assert.deepEqual([other.receiver.testui(), other.receiver.poll()], [true, 9]);
    assert.deepEqual([receiver.testui(), receiver.poll()], [false, -1]);
    other.receiver.close();
    assert.deepEqual([receiver.testui(), receiver.poll()], [false, -1]);
    const third = open(9);
    third.receiver.clui();
    third.receiver.close(); // a masked one
    assert.deepEqual([receiver.testui(), receiver.poll()], [false, -1]);
    receiver.stui();
    assert.deepEqual([receiver.testui(), receiver.poll()], [true, 9]);
  });

  it('get nothing that was posted to one that has closed, masked or not', async () => {
    const keeper = open(1);
    for (let round = 0; round < 8; ++round) {
      const gone = open(5, 6);
      if (round % 2 === 0) gone.receiver.clui();
      if (round % 4 === 0) keeper.receiver.clui();
      send(gone);
      gone.receiver.close();
      const next = open(5, 6);
      keeper.receiver.stui();
      const heard: number[] = [];
      next.receiver.on('interrupt', (vector) => heard.push(vector));
      await turns();
      assert.deepEqual([heard, takeAll(keeper.receiver)], [[], []]);
      send(next);
      await turns();
      assert.deepEqual(heard, [6, 5]);
      next.receiver.close();
    }
  });

  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    it(`close in any order, and the others go on: ${order.join()}`, async () => {
      const receivers = [open(2, 3), open(2, 3), open(2, 3)];
      const left = new Set(receivers);
      for (const index of order) {
        const closed = receivers[index];
        assert.ok(closed);
        closed.receiver.close();
        left.delete(closed);
        assert.throws(() => closed.receiver.poll(), { code: 'ERR_UINTR_CLOSED' });
        for (const each of left) {
          send(each);
          assert.equal(each.receiver.waitSync(), 3);
          assert.equal(await each.receiver.wait(), 2);
        }
      }
      const next = open(2);
      send(next);
      assert.equal(next.receiver.poll(), 2);
    });
  }

  it('may be opened and closed in each other’s listeners', async () => {
    const first = open(1);
    const heard: string[] = [];
    let second: ReturnType<typeof open> | undefined;
    first.receiver.on('interrupt', () => {
      heard.push('first');
      second = open(1);
      second.receiver.on('interrupt', () => {
        heard.push('second');
        first.receiver.close();
      });
      send(second);
    });
    send(first);
    await turns();
    assert.ok(second);
    send(second);
    await turns();
    assert.deepEqual(heard, ['first', 'second', 'second']);
  });

  it('do not mind one that nobody closes', async () => {
    const leaked = Array.from({ length: 10 }, () => open(4));
    for (const { receiver } of leaked) receiver.on('interrupt', () => {});
    leaked.forEach(send);
    await leavesNothing(() => {
      const receiver = new Receiver();
      const sender = new Sender(receiver.createFd(4));
      sender.send();
      assert.equal(receiver.waitSync(), 4);
      sender.close();
      receiver.close();
    });
  });

  type Copy = typeof uintr;
  const inside = folder();
  const require = createRequire(__filename);

  /** The package from another folder, with an addon of its own. */
  function anotherCopy(): Copy {
    const copy = inside('copy');
    for (const part of ['package.json', 'dist', 'build/Release/uintr.node']) {
      cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    return require(copy) as Copy;
  }

  /** The JavaScript evaluated once more, over the same addon: `resetModules` of jest. */
  function evaluatedAgain(): Copy {
    const { cache } = require;
    const known = Object.entries(cache).filter(([file]) => file.startsWith(root));
    for (const [file] of known) Reflect.deleteProperty(cache, file);
    const again = require('uintr') as Copy;
    for (const [file, module] of known) cache[file] = module;
    return again;
  }

  for (const [what, load, options] of [
    ['two copies of the package', anotherCopy, { backend: 'software' }],
    ['two evaluations of the package', evaluatedAgain, {}],
  ] as const) {
    it(`may be of ${what}`, async () => {
      const copy = load();
      assert.notEqual(copy.Receiver, Receiver);
      const [a, b] = [use(new Receiver()), use(new copy.Receiver(options))];
      const peers = await Promise.all(
        [a.createFd(9), b.createFd(9)].map(async ({ fd }) => {
          const peer = worker();
          assert.equal(await peer.ask({ do: 'open sender', fd }), 9);
          return peer;
        }),
      );
      for (let round = 0; round < 20; ++round) {
        for (const [i, receiver] of [a, b].entries()) {
          const other = receiver === a ? b : a;
          peers[i]?.tell({ do: 'send' });
          assert.equal(receiver.waitSync(), 9);
          const wait = receiver.wait();
          await peers[i]?.next();
          peers[i]?.tell({ do: 'send' });
          assert.equal(await wait, 9);
          await peers[i]?.next();
          assert.equal(other.poll(), -1);
        }
      }
    });
  }

  it('have 64 vectors each', () => {
    const all = Array.from({ length: 64 }, (_, vector) => vector);
    const receivers = [open(...all), open(...all), open(...all)];
    receivers.forEach(send);
    for (const { receiver } of receivers) assert.deepEqual(takeAll(receiver), all.toReversed());
  });

  it('can be hundreds, and leave nothing', async () => {
    await leavesNothing(async () => {
      const heard: number[] = [];
      const receivers = Array.from({ length: 300 }, (_, i) => {
        const opened = open(i % 64);
        opened.receiver.on('interrupt', (vector) => heard.push(vector));
        return opened;
      });
      receivers.forEach(send);
      await turns();
      assert.equal(heard.length, receivers.length);
      for (const { receiver, senders } of receivers) {
        senders.forEach((sender) => {
          sender.close();
        });
        receiver.close();
      }
    });
  });
});
