import assert from 'node:assert/strict';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type Diagnostics, Receiver, Sender } from 'uintr';
import { turns } from '../support/settle.js';

describe('diagnostics_channel', () => {
  const undo: (() => void)[] = [];
  afterEach(() => {
    for (const step of undo.splice(0)) step();
  });

  function record<Name extends keyof Diagnostics>(name: Name): Diagnostics[Name][] {
    const messages: Diagnostics[Name][] = [];
    const subscriber = (message: unknown): void => {
      messages.push(message as Diagnostics[Name]);
    };
    subscribe(name, subscriber);
    undo.push(() => unsubscribe(name, subscriber));
    return messages;
  }

  it('tells when a receiver and a sender open and close, once each', () => {
    const receivers = record('uintr:receiver:open');
    const closedReceivers = record('uintr:receiver:close');
    const senders = record('uintr:sender:open');
    const closedSenders = record('uintr:sender:close');
    const receiver = new Receiver();
    const sender = new Sender(receiver.createFd(0));
    sender.close();
    sender.close();
    receiver.close();
    receiver.close();
    assert.deepEqual(receivers, [{ receiver }]);
    assert.deepEqual(closedReceivers, [{ receiver }]);
    assert.deepEqual(senders, [{ sender }]);
    assert.deepEqual(closedSenders, [{ sender, disconnected: false }]);
  });

  it('tells when a sender closes because its receiver is gone', async () => {
    const closed = record('uintr:sender:close');
    const receiver = new Receiver();
    const sender = new Sender(receiver.createFd(0));
    receiver.close();
    await once(sender, 'disconnect');
    sender.close();
    assert.deepEqual(closed, [{ sender, disconnected: true }]);
  });

  const ALL = [
    'uintr:receiver:open',
    'uintr:receiver:close',
    'uintr:receiver:interrupt',
    'uintr:sender:open',
    'uintr:sender:close',
  ] as const satisfies readonly (keyof Diagnostics)[];

  /** Opens and closes a receiver and a sender. Returns each channel asked to publish, with a message. */
  async function published(): Promise<string[]> {
    const names: string[] = [];
    for (const name of ALL) {
      const spied = channel(name);
      spied.publish = () => names.push(name);
      undo.push(() => Reflect.deleteProperty(spied, 'publish'));
    }
    const receiver = new Receiver();
    let heard = 0;
    receiver.on('interrupt', () => heard++);
    const sender = new Sender(receiver.createFd(9));
    sender.send();
    await turns();
    sender.close();
    receiver.close();
    assert.equal(heard, 1);
    return names.sort();
  }

  it('publishes nothing, and makes no message, without a subscriber', async () => {
    assert.deepEqual(await published(), []);
  });

  it('publishes on each channel with a subscriber', async () => {
    for (const name of ALL) record(name);
    assert.deepEqual(await published(), [...ALL].sort());
  });

  it('tells of each interrupt before its listeners are called', async () => {
    const receiver = new Receiver();
    const order: string[] = [];
    const subscriber = (message: unknown): void => {
      const { vector } = message as Diagnostics['uintr:receiver:interrupt'];
      order.push(`channel ${vector}`);
    };
    subscribe('uintr:receiver:interrupt', subscriber);
    undo.push(() => unsubscribe('uintr:receiver:interrupt', subscriber));
    receiver.on('interrupt', (vector) => order.push(`listener ${vector}`));
    const sender = new Sender(receiver.createFd(9));
    sender.send();
    await turns();
    sender.close();
    receiver.close();
    assert.deepEqual(order, ['channel 9', 'listener 9']);
  });

  /** Calls `act` before the next interrupt is delivered. */
  function beforeDelivery(act: () => void): void {
    const subscriber = (): void => {
      unsubscribe('uintr:receiver:interrupt', subscriber);
      act();
    };
    subscribe('uintr:receiver:interrupt', subscriber);
  }

  it('leaves the interrupt to the next wait when a subscriber aborts the oldest', async () => {
    const receiver = new Receiver();
    const sender = new Sender(receiver.createFd(9));
    const controller = new AbortController();
    const aborted = receiver.wait({ signal: controller.signal });
    const next = receiver.wait();
    beforeDelivery(() => {
      controller.abort();
    });
    sender.send();
    await assert.rejects(aborted, { name: 'AbortError' });
    assert.equal(await next, 9);
    receiver.close();
  });

  for (const [what, leave] of [
    [
      'aborts the only wait',
      (receiver: Receiver) => {
        const controller = new AbortController();
        receiver.wait({ signal: controller.signal }).catch(() => undefined);
        return () => {
          controller.abort();
        };
      },
    ],
    [
      'removes the only listener',
      (receiver: Receiver) => {
        receiver.on('interrupt', () => assert.fail('removed'));
        return () => receiver.removeAllListeners('interrupt');
      },
    ],
  ] as const) {
    it(`leaves the interrupt pending when a subscriber ${what}`, async () => {
      const receiver = new Receiver();
      const sender = new Sender(receiver.createFd(9));
      const act = leave(receiver);
      const left = new Promise<void>((resolve) => {
        beforeDelivery(() => {
          act();
          resolve();
        });
      });
      sender.send();
      await left;
      const { posts, deliveries } = receiver.stats;
      assert.equal(receiver.poll(), 9);
      assert.equal(receiver.poll(), -1);
      assert.deepEqual([posts, deliveries], [0, 0]);
      assert.equal(receiver.stats.deliveries, 1);
      receiver.close();
    });
  }
});
