import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { remotes } from '../support/remote.js';
import { turns } from '../support/settle.js';

describe('interrupt events', () => {
  const use = closing();
  const { worker } = remotes();

  it('carry the vector and its name, the highest vector first', async () => {
    const receiver = use(new Receiver({ vectors: { tick: 0, stop: 63 } }));
    const heard: unknown[] = [];
    receiver.on('interrupt', (vector, name) => heard.push([vector, name]));
    receiver.on('tick', (...args: unknown[]) => heard.push(['tick', args.length]));
    receiver.on('stop', () => heard.push('stop'));
    for (const vector of [0, 5, 63]) use(new Sender(receiver.createFd(vector))).send();
    await turns();
    assert.deepEqual(heard, [[63, 'stop'], 'stop', [5, undefined], [0, 'tick'], ['tick', 0]]);
  });

  for (const busyPollMicros of [0, 200]) {
    it(`take no other vector where only a name has a listener (busy poll ${busyPollMicros})`, async () => {
      const receiver = use(
        new Receiver({ vectors: { tick: 0, late: 31, stop: 63 }, busyPollMicros }),
      );
      const heard: string[] = [];
      receiver.on('tick', () => heard.push('tick'));
      receiver.on('late', () => heard.push('late'));
      for (const vector of [0, 5, 31, 63]) use(new Sender(receiver.createFd(vector))).send();
      await turns();
      assert.deepEqual(heard, ['late', 'tick']);
      receiver.once('stop', () => heard.push('stop'));
      await turns();
      assert.deepEqual(heard, ['late', 'tick', 'stop']);
      assert.equal(receiver.poll(), 5);
    });
  }

  it('wake a loop for a name after others have woken it for nothing', async () => {
    const receiver = use(new Receiver({ vectors: { tick: 0, other: 40 }, busyPollMicros: 0 }));
    const [ticker, other] = [worker(), worker()];
    await ticker.ask({ do: 'open sender', fd: receiver.createFd('tick').fd });
    await other.ask({ do: 'open sender', fd: receiver.createFd('other').fd });
    for (let i = 0; i < 50; i++) {
      const tick = once(receiver, 'tick');
      await other.ask({ do: 'send' });
      ticker.tell({ do: 'send' });
      await tick;
      await ticker.next();
    }
    assert.equal(receiver.poll(), 40);
  });

  for (const busyPollMicros of [0, 200]) {
    it(`wake a sleeping loop, busy polling for ${busyPollMicros} microseconds`, async () => {
      const receiver = use(new Receiver({ busyPollMicros }));
      const peer = worker();
      await peer.ask({ do: 'open sender', fd: receiver.createFd(20).fd });
      for (let i = 0; i < 100; i++) {
        const event = once(receiver, 'interrupt');
        peer.tell({ do: 'send' });
        assert.deepEqual(await event, [20, undefined]);
        await peer.next();
      }
    });
  }

  it('stop with the last listener, and a vector raised while nobody listens stays pending', async () => {
    const receiver = use(new Receiver({ vectors: { tick: 4 } }));
    const sender = use(new Sender(receiver.createFd('tick')));
    const fail = (): void => assert.fail('heard after it was removed');
    const staysPending = async (): Promise<void> => {
      sender.send();
      await turns();
      assert.equal(receiver.poll(), 4);
    };
    await staysPending();

    receiver.on('interrupt', fail).off('interrupt', fail);
    await staysPending();
    receiver.addListener('tick', fail).removeListener('tick', fail);
    await staysPending();
    receiver.on('tick', fail).prependListener('interrupt', fail).removeAllListeners();
    await staysPending();
    receiver.on('tick', fail).removeAllListeners('tick');
    await staysPending();

    const heard = once(receiver, 'tick');
    sender.send();
    await heard;
    await staysPending();
  });

  it('reach the first listener although they were pending before it was added', async () => {
    const receiver = use(new Receiver());
    use(new Sender(receiver.createFd(4))).send();
    await turns();
    assert.deepEqual(await once(receiver, 'interrupt'), [4, undefined]);
  });

  it('reach a once() listener once, added in front or not', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(4)));
    let heard = 0;
    receiver.once('interrupt', () => heard++);
    receiver.prependOnceListener('interrupt', () => heard++);
    sender.send();
    await turns();
    assert.equal(heard, 2);
    sender.send();
    await turns();
    assert.equal(heard, 2);
    assert.equal(receiver.poll(), 4);
  });

  it('stop at once when a listener removes itself: the other vectors stay pending', async () => {
    const receiver = use(new Receiver());
    for (const vector of [1, 2, 3]) use(new Sender(receiver.createFd(vector))).send();
    const heard: number[] = [];
    receiver.once('interrupt', (vector) => heard.push(vector));
    await turns();
    assert.deepEqual(heard, [3]);
    assert.equal(receiver.poll(), 2);
    assert.equal(receiver.poll(), 1);
  });

  it('are not delivered for a vector that an earlier listener took by poll()', async () => {
    const receiver = use(new Receiver());
    for (const vector of [1, 2, 3]) use(new Sender(receiver.createFd(vector))).send();
    const heard: number[] = [];
    receiver.on('interrupt', (vector) => {
      heard.push(vector);
      if (vector === 3) assert.equal(receiver.poll(), 2);
    });
    await turns();
    assert.deepEqual(heard, [3, 1]);
  });

  it('come for a vector that its own listener raises, in a later turn', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(1)));
    let turn = 0;
    const heard: number[] = [];
    receiver.on('interrupt', () => {
      heard.push(turn);
      if (heard.length < 3) sender.send();
    });
    sender.send();
    while (heard.length < 3) {
      await turns(1);
      turn++;
    }
    assert.equal(new Set(heard).size, 3);
  });

  it('reach one listener, several and none, in their order', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    const heard: string[] = [];
    const first = (): unknown => heard.push('first');
    receiver.on('interrupt', first);
    receiver.once('interrupt', function (this: unknown, vector) {
      assert.equal(this, receiver);
      heard.push(`once ${vector}`);
    });
    receiver.prependListener('interrupt', () => heard.push('before'));
    sender.send();
    await turns();
    assert.deepEqual(heard.splice(0), ['before', 'first', 'once 3']);
    sender.send();
    await turns();
    assert.deepEqual(heard.splice(0), ['before', 'first']);
    receiver.removeAllListeners('interrupt').once('interrupt', first);
    sender.send();
    await turns();
    sender.send();
    await turns();
    assert.deepEqual(heard, ['first']);
    assert.equal(receiver.poll(), 3);
  });

  it('go through an emit() that replaces the receiver’s own', async () => {
    const receiver = use(new Receiver());
    const seen: unknown[] = [];
    const emit = receiver.emit.bind(receiver) as (...args: unknown[]) => boolean;
    receiver.emit = (...args: unknown[]): boolean => {
      seen.push(args);
      return emit(...args);
    };
    receiver.on('interrupt', (vector) => seen.push(vector));
    use(new Sender(receiver.createFd(3))).send();
    await turns();
    assert.deepEqual(seen, [['interrupt', 3, undefined], 3]);
  });

  it('go through an emit() that is replaced after the listener was added, until it is put back', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    const seen: unknown[] = [];
    receiver.on('interrupt', (vector) => seen.push(vector));
    const { prototype } = EventEmitter;
    const emit = Reflect.get(prototype, 'emit') as (...args: unknown[]) => boolean;
    const patched = function (this: EventEmitter, name: string | symbol, ...args: unknown[]) {
      if (this === receiver) seen.push(name);
      return emit.call(this, name, ...args);
    };
    prototype.emit = patched;
    try {
      sender.send();
      await turns();
    } finally {
      prototype.emit = emit as typeof patched;
    }
    assert.deepEqual(seen.splice(0), ['interrupt', 3]);
    sender.send();
    await turns();
    assert.deepEqual(seen, [3]);
  });

  it('cause an error event when a listener rejects and rejections are captured', async () => {
    EventEmitter.captureRejections = true;
    try {
      const receiver = use(new Receiver());
      const failure = once(receiver, 'error') as Promise<unknown[]>;
      const listener: () => unknown = async () => {
        await turns(1);
        throw new Error('late');
      };
      receiver.on('interrupt', listener);
      use(new Sender(receiver.createFd(3))).send();
      const [error] = await failure;
      assert.match(String(error), /late/);
    } finally {
      EventEmitter.captureRejections = false;
    }
  });
});
