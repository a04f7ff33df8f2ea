// The tests that each runner runs. `fake` and `unfake`: its fake timers.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');

module.exports = (uintr, { test, fake, unfake }) => {
  const { connect, FdSocket, Receiver, Sender } = uintr;

  /** Runs with a receiver, and with a sender to it; both are closed whatever happens. */
  const withReceiver = (work) => async () => {
    const receiver = new Receiver({ vectors: { tick: 5 } });
    try {
      await work(receiver, new Sender(receiver.createFd('tick')));
    } finally {
      receiver.close();
    }
  };

  test(
    'posts, and takes by poll(), waitSync(), wait() and events',
    withReceiver(async (receiver, sender) => {
      sender.send();
      assert.equal(receiver.poll(), 5);
      sender.send();
      assert.equal(receiver.waitSync(60_000), 5);
      sender.send();
      assert.equal(await receiver.wait({ timeout: 60_000 }), 5);
      const ticked = once(receiver, 'tick');
      sender.send();
      await ticked;
    }),
  );

  test(
    'wait() takes the AbortSignal of this realm',
    withReceiver(async (receiver) => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const waited = receiver.wait({ signal: controller.signal });
      controller.abort(reason);
      await assert.rejects(waited, (error) => error === reason);
      await assert.rejects(receiver.wait({ signal: AbortSignal.abort(reason) }));
    }),
  );

  test(
    'connect() finds listen(), and takes the AbortSignal of this realm',
    withReceiver(async (receiver) => {
      const address = path.join(os.tmpdir(), `uintr-consumer-${process.pid}.sock`);
      receiver.listen(address);
      const { signal } = new AbortController();
      const connection = await connect(address, { vectors: ['tick'], signal });
      const waited = receiver.wait({ timeout: 60_000 });
      connection.send('tick');
      assert.equal(await waited, 5);
      connection.close();
    }),
  );

  test('FdSocket takes the bytes of this realm', async () => {
    const [a, b] = FdSocket.pair();
    a.send(new Uint8Array([1, 2, 3]));
    assert.deepEqual([...(await b.receive()).data], [1, 2, 3]);
    a.close();
    b.close();
  });

  test('refuses wrong arguments with the classes of this realm', () => {
    assert.throws(() => new Sender('3'), TypeError);
    assert.throws(() => new Receiver({ vectors: { tick: 64 } }), RangeError);
  });

  const underFakeTimers = (work) =>
    withReceiver(async (receiver, sender) => {
      fake();
      try {
        await work(receiver, sender);
      } finally {
        unfake();
      }
    });

  test(
    'waitSync() returns under fake timers',
    underFakeTimers((receiver, sender) => {
      assert.equal(receiver.waitSync(200), -1);
      sender.send();
      assert.equal(receiver.waitSync(60_000), 5);
    }),
  );

  test(
    'wait() returns under fake timers',
    underFakeTimers(async (receiver, sender) => {
      assert.equal(await receiver.wait({ timeout: 20 }), -1);
      sender.send();
      assert.equal(await receiver.wait({ timeout: 60_000 }), 5);
    }),
  );

  test(
    'connect() connects under fake timers',
    underFakeTimers(async (receiver) => {
      const address = path.join(os.tmpdir(), `uintr-consumer-fake-${process.pid}.sock`);
      receiver.listen(address);
      (await connect(address, { vectors: ['tick'] })).close();
    }),
  );
};
