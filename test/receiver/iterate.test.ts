import assert from 'node:assert/strict';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { turns } from '../support/settle.js';

describe('async iteration', () => {
  const use = closing();

  it('yields the vectors as they come', async () => {
    const receiver = use(new Receiver());
    const senders = [4, 5].map((vector) => use(new Sender(receiver.createFd(vector))));
    for (const sender of senders) sender.send();
    const seen: number[] = [];
    for await (const vector of receiver) {
      seen.push(vector);
      if (seen.length === 2) senders[0]?.send();
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, [5, 4, 4]);
  });

  it('leaves pending what is raised while the body runs', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(4)));
    sender.send();
    for await (const vector of receiver) {
      assert.equal(vector, 4);
      sender.send();
      await turns();
      break;
    }
    await turns();
    assert.equal(receiver.poll(), 4);
  });

  it('ends when the receiver is closed, in the body or while it waits', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(4)));
    sender.send();
    const seen: number[] = [];
    for await (const vector of receiver) {
      seen.push(vector);
      receiver.close();
    }
    assert.deepEqual(seen, [4]);

    const second = use(new Receiver());
    setImmediate(() => {
      second.close();
    });
    for await (const vector of second) assert.fail(`vector ${vector}`);
  });

  for (const how of ['return', 'throw'] as const) {
    it(`takes nothing any more once it is ended by ${how}() while it waits`, async () => {
      const receiver = use(new Receiver());
      const sender = use(new Sender(receiver.createFd(4)));
      const iterator = receiver[Symbol.asyncIterator]();
      const waiting = iterator.next();
      await turns();
      if (how === 'return') {
        assert.deepEqual(await iterator.return(), { done: true, value: undefined });
      } else {
        await assert.rejects(async () => iterator.throw(new Error('enough')), {
          message: 'enough',
        });
      }
      assert.deepEqual(await waiting, { done: true, value: undefined });
      sender.send();
      await turns();
      assert.equal(receiver.poll(), 4);
      assert.deepEqual(await iterator.next(), { done: true, value: undefined });
    });
  }

  it('yields what it had taken when it is ended', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(4)));
    const iterator = receiver[Symbol.asyncIterator]();
    const waiting = iterator.next();
    receiver.once('interrupt', () => void iterator.return());
    sender.send();
    assert.deepEqual(await waiting, { done: false, value: 4 });
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  });

  it('passes on what the body throws, and can start again', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(4)));
    sender.send();
    await assert.rejects(
      async () => {
        for await (const vector of receiver) throw new Error(`at ${vector}`);
      },
      { message: 'at 4' },
    );
    sender.send();
    for await (const vector of receiver) {
      assert.equal(vector, 4);
      break;
    }
  });
});
