import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Receiver, Sender, type VectorFd } from 'uintr';
import { closing } from '../support/closing.js';
import { footprint, leavesNothing } from '../support/leaks.js';
import { type Remote, remotes } from '../support/remote.js';
import { turns } from '../support/settle.js';

describe('disconnect', () => {
  const use = closing();
  const { worker, child } = remotes();

  /** A peer with a sender for a vector fd that only the peer holds. */
  async function holder(kind: 'worker' | 'child', fd: VectorFd): Promise<Remote> {
    const peer = kind === 'worker' ? worker() : child(fd.fd);
    await peer.ask({ do: 'open sender', fd: kind === 'worker' ? fd.fd : 3 });
    fd.close();
    return peer;
  }

  for (const kind of ['worker', 'child'] as const) {
    const endings: Record<string, (peer: Remote) => unknown> = {
      exits: (peer) => {
        peer.tell({ do: 'exit' });
      },
      [kind === 'worker' ? 'is terminated' : 'gets SIGKILL']: (peer) => peer.kill(),
    };
    if (kind === 'worker')
      endings['closes its sender'] = (peer) => peer.ask({ do: 'close sender' });
    for (const [how, end] of Object.entries(endings)) {
      it(`reaches a vector fd when its last holder ${how} (${kind})`, async () => {
        const receiver = use(new Receiver());
        const fd = receiver.createFd(5);
        const peer = await holder(kind, fd);
        let disconnects = 0;
        fd.on('disconnect', () => disconnects++);
        await turns();
        assert.equal(disconnects, 0);
        const event = once(fd, 'disconnect');
        await end(peer);
        await event;
        await turns();
        assert.equal(disconnects, 1);
        assert.equal(fd.fd, -1);
      });
    }

    it(`loses no last post of a ${kind} that exits`, async () => {
      const receiver = use(new Receiver());
      for (let i = 0; i < 3; i++) {
        const fd = receiver.createFd(5);
        const peer = await holder(kind, fd);
        const event = once(fd, 'disconnect');
        peer.tell({ do: 'send and exit' });
        await event;
        assert.equal(receiver.poll(), 5);
        assert.equal(receiver.poll(), -1);
      }
    });

    it(`reaches a vector fd after the last interrupt of a ${kind} that exits`, async () => {
      const receiver = use(new Receiver());
      const fd = receiver.createFd(5);
      const peer = await holder(kind, fd);
      const heard: unknown[] = [];
      receiver.on('interrupt', (vector) => heard.push(vector));
      fd.on('disconnect', () => heard.push('disconnect'));
      const event = once(fd, 'disconnect');
      peer.tell({ do: 'send and exit' });
      await event;
      await turns();
      assert.deepEqual(heard, [5, 'disconnect']);
    });
  }

  it('reaches a vector fd that never had another holder', async () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    const event = once(fd, 'disconnect');
    fd.close();
    await event;
  });

  it('reaches one vector fd, and not another of the same vector', async () => {
    const receiver = use(new Receiver());
    const [gone, stays] = [receiver.createFd(5), receiver.createFd(5)];
    const sender = use(new Sender(stays));
    const event = once(gone, 'disconnect');
    gone.close();
    await event;
    sender.send();
    assert.equal(await receiver.wait(), 5);
  });

  it('does not come while the fd has a holder, whose posts are delivered', async () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    const first = await holder('child', fd);
    const again = receiver.createFd(6);
    const second = await holder('child', again);
    let told = 0;
    fd.on('disconnect', () => told++);
    const event = once(again, 'disconnect');
    await second.kill();
    await event;
    const wait = receiver.wait();
    await first.ask({ do: 'send' });
    assert.equal(await wait, 5);
    assert.equal(told, 0);
  });

  for (const kind of ['worker', 'child'] as const) {
    it(`reaches a sender in a ${kind} when the receiver closes`, async () => {
      const receiver = use(new Receiver());
      const fd = receiver.createFd(5);
      const peer = kind === 'worker' ? worker() : child(fd.fd);
      await peer.ask({ do: 'open sender', fd: kind === 'worker' ? fd.fd : 3 });
      peer.tell({ do: 'await disconnect' });
      receiver.close();
      assert.equal(await peer.next(), 'disconnected');
      assert.equal(((await peer.ask({ do: 'send' })) as { code?: string }).code, 'ESHUTDOWN');
    });
  }

  for (const how of ['exit', 'terminate', 'close'] as const) {
    it(`reaches a sender when the receiver’s worker does ${how}`, async () => {
      const peer = worker();
      const [fd] = (await peer.ask({ do: 'open receiver', vectors: [5] })) as [number];
      const sender = use(new Sender(fd));
      const event = once(sender, 'disconnect');
      if (how === 'terminate') await peer.kill();
      else peer.tell({ do: how === 'exit' ? 'exit' : 'close receiver' });
      await event;
      assert.throws(
        () => {
          sender.send();
        },
        { code: 'ESHUTDOWN', syscall: 'senduipi' },
      );
    });
  }

  it('does not reach a sender that was closed before', async () => {
    const receiver = use(new Receiver());
    const sender = new Sender(receiver.createFd(5));
    let told = 0;
    sender.on('disconnect', () => told++);
    sender.close();
    receiver.close();
    await turns();
    assert.equal(told, 0);
  });

  it('is not needed for a sender’s close to unmap what it had mapped', () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    const before = footprint();
    for (let i = 0; i < 10; ++i) {
      const sender = new Sender(fd);
      sender.send();
      sender.close();
    }
    assert.deepEqual(footprint().mappings, before.mappings);
  });

  it('leaves nothing behind on either side', async () => {
    await leavesNothing(async () => {
      const receiver = new Receiver();
      const fd = receiver.createFd(5);
      const sender = new Sender(fd);
      const event = once(fd, 'disconnect');
      fd.close();
      sender.close();
      await event;
      // The other direction: the receiver goes first.
      const other = new Sender(receiver.createFd(6));
      const hangUp = once(other, 'disconnect');
      receiver.close();
      await hangUp;
    });
  });

  it('of hundreds of vector fds at once leaves the event loop its turns, and reaches each', async () => {
    const receiver = use(new Receiver());
    const count = receiver.backend === 'software' ? 300 : 60;
    let turn = 0;
    const countTurns = (): void => {
      turn++;
      next = setImmediate(countTurns);
    };
    let next = setImmediate(countTurns);
    const inTurn = new Map<number, number>();
    const gone = Array.from({ length: count }, (_, i) => {
      const fd = receiver.createFd(i % 64);
      const event = once(fd, 'disconnect');
      fd.once('disconnect', () => inTurn.set(turn, (inTurn.get(turn) ?? 0) + 1));
      fd.close(); // nobody else holds it
      return event;
    });
    await Promise.all(gone);
    clearImmediate(next);
    assert.ok(Math.max(...inTurn.values()) <= 16, JSON.stringify([...inTurn]));
  });

  it('of many vector fds at once may close the receiver', async () => {
    const receiver = use(new Receiver());
    let heard = 0;
    for (let i = 0; i < 40; i++) {
      const fd = receiver.createFd(i);
      fd.once('disconnect', () => {
        heard++;
        receiver.close();
      });
      fd.close();
    }
    await once(receiver, 'close');
    await turns();
    assert.equal(heard, 1);
  });
});
