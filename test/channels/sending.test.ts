import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createChannel, openChannel, type UintrError } from 'uintr';
import { channelPairs, heard } from '../support/channel-pairs.js';
import { PATIENCE_MS } from '../support/patience.js';
import { settles, turns } from '../support/settle.js';

describe('sending over a channel', () => {
  const { use, pair } = channelPairs();

  it('copies what it is given: the sender may change it at once, queued or not', async () => {
    const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
    const message = new Uint8Array(500);
    for (let n = 1; n <= 20; ++n) first.send(message.fill(n));
    message.fill(255);
    const messages = heard(second);
    await settles(() => {
      assert.deepEqual(
        messages.map((each) => new Set(each)),
        Array.from({ length: 20 }, (_, n) => new Set([n + 1])),
      );
    });
  });

  describe('to a reader that does not read', () => {
    it('queues, says so, and says when there is room again', async () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
      const message = new Uint8Array(1000);
      let sent = 1;
      while (first.send(message)) ++sent;
      assert.ok(sent >= 3, `${sent}`);
      assert.equal(first.stats.queuedBytes, 1000);
      let drains = 0;
      first.on('drain', () => ++drains);
      await turns();
      assert.equal(drains, 0);
      const messages = heard(second);
      await settles(() => {
        assert.equal(messages.length, sent);
      });
      await settles(() => {
        assert.equal(drains, 1);
      });
      assert.equal(first.stats.queuedBytes, 0);
    });

    it('takes no more than maxQueuedBytes', async () => {
      const [first, second] = pair<Uint8Array>({
        codec: 'bytes',
        capacity: 4096,
        maxQueuedBytes: 5000,
      });
      const message = new Uint8Array(1000);
      assert.throws(
        () => {
          for (let n = 0; n < 100; ++n) first.send(message.fill(n));
        },
        { code: 'ERR_UINTR_FULL' },
      );
      assert.equal(first.stats.queuedBytes, 5000);
      assert.equal(first.trySend(new Uint8Array(0)), false); // not before what is queued
      for (let n = 0; n < first.stats.sent; ++n) {
        assert.deepEqual(
          await second.receive({ timeout: PATIENCE_MS }),
          new Uint8Array(1000).fill(n),
        );
      }
    });

    it('loses no empty message', async () => {
      const [first, second] = pair<string>({ codec: 'bytes', capacity: 4096 });
      let sent = 1;
      while (first.send('')) ++sent;
      for (let n = 0; n < 10; ++n, ++sent) assert.equal(first.send(''), false);
      assert.equal(first.reserve(0), undefined);
      for (let n = 0; n < sent; ++n) {
        assert.equal(await second.receive({ timeout: PATIENCE_MS }), '');
      }
      await turns();
      assert.equal(second.poll(), undefined);
    });

    it('has a copy of what sendSync() could not finish', async () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
      const message = new Uint8Array(20_000).fill(1);
      assert.equal(first.sendSync(message, 1), true);
      message.fill(2);
      assert.deepEqual(
        await second.receive({ timeout: PATIENCE_MS }),
        new Uint8Array(20_000).fill(1),
      );
    });

    it('queues nothing by trySend(), which says so', async () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
      let sent = 0;
      while (first.trySend(Uint8Array.of(sent))) ++sent;
      assert.equal(sent, Math.floor((4096 - 8) / 16));
      assert.equal(first.stats.queuedBytes, 0);
      assert.equal(first.stats.sent, sent);
      const drained = once(first, 'drain');
      for (let n = 0; n < sent; ++n) assert.deepEqual(second.poll(), Uint8Array.of(n & 255));
      assert.equal(second.poll(), undefined);
      await drained;
      assert.equal(first.trySend(new Uint8Array(1000)), true);
      assert.throws(() => first.trySend(new Uint8Array(4000)), { code: 'ERR_UINTR_TOO_LARGE' });
    });

    it('makes sendSync() give up when its time is up: nothing is sent', () => {
      const [first, second] = pair<string>({ codec: 'bytes', capacity: 4096 });
      while (first.trySend('x'.repeat(100)));
      while (first.trySend(''));
      const { sent } = first.stats;
      assert.equal(first.sendSync('late', 1), false);
      assert.equal(first.sendSync('late', 0), false);
      assert.equal(first.stats.sent, sent);
      for (let n = 0; n < sent; ++n) assert.notEqual(second.poll(), undefined);
      assert.equal(second.poll(), undefined);
      assert.equal(first.sendSync('now', 0), true);
      assert.equal(second.poll(), 'now');
    });
  });

  it('sends longer messages than its memory holds', async () => {
    const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
    const message = Uint8Array.from({ length: 1_000_000 }, (_, i) => i % 251);
    assert.equal(first.send(message), false);
    first.send(Uint8Array.of(1));
    assert.deepEqual(await second.receive({ timeout: PATIENCE_MS }), message);
    assert.deepEqual(await second.receive({ timeout: PATIENCE_MS }), Uint8Array.of(1));
  });

  it('refuses a message above maxMessageBytes, and ends where the peer sends one', async () => {
    const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
    const strict = use(createChannel<Uint8Array>({ codec: 'bytes', maxMessageBytes: 5000 }));
    assert.throws(() => strict.send(new Uint8Array(5001)), { code: 'ERR_UINTR_TOO_LARGE' });
    assert.equal(strict.send(new Uint8Array(5000)), true);
    const text = use(createChannel<string>({ codec: 'bytes', maxMessageBytes: 6 }));
    assert.throws(() => text.send('äbcdef'), { code: 'ERR_UINTR_TOO_LARGE' });
    assert.equal(text.send('äbcde'), true);
    for (const trusted of [false, true]) {
      const long = use(createChannel({ codec: 'json' }));
      const limited = { codec: 'json', maxMessageBytes: 6, trusted } as const;
      const victim = use(openChannel(long.peerFd, limited));
      long.send(1234);
      long.send(1234567);
      assert.equal(victim.poll(), 1234);
      assert.throws(() => victim.poll(), { code: 'ERR_UINTR_TOO_LARGE' });
    }
    first.close();
    second.close();
    const small = use(createChannel<Uint8Array>({ codec: 'bytes', capacity: 4096 }));
    const reader = use(
      openChannel<Uint8Array>(small.peerFd, { codec: 'bytes', maxMessageBytes: 5000 }),
    );
    reader.on('message', () => assert.fail());
    const closed = once(reader, 'close');
    small.send(new Uint8Array(5001));
    const [reason] = (await closed) as [UintrError];
    assert.equal(reason.code, 'ERR_UINTR_TOO_LARGE');
    assert.throws(() => reader.poll(), { code: 'ERR_UINTR_TOO_LARGE' });
  });

  describe('reserve', () => {
    it('gives room to write a message in place, which commit() sends', () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes' });
      const room = first.reserve(100);
      assert.ok(room);
      room.fill(7);
      assert.equal(second.poll(), undefined);
      first.commit(60);
      assert.deepEqual(second.poll(), new Uint8Array(60).fill(7));
      assert.throws(
        () => {
          first.commit(0);
        },
        { code: 'ERR_OUT_OF_RANGE' },
      );
      first.reserve(10);
      assert.throws(
        () => {
          first.commit(11);
        },
        { code: 'ERR_OUT_OF_RANGE' },
      );
      first.commit(0);
      assert.deepEqual(second.poll(), new Uint8Array(0));
    });

    it('is taken away by send()', () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes' });
      first.reserve(100);
      first.send(Uint8Array.of(5));
      assert.throws(
        () => {
          first.commit(100);
        },
        { code: 'ERR_OUT_OF_RANGE' },
      );
      assert.deepEqual(second.poll(), Uint8Array.of(5));
    });

    it('is undefined without room, and refuses what never has room', async () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 4096 });
      assert.throws(() => first.reserve(1017), { code: 'ERR_UINTR_TOO_LARGE' });
      while (first.reserve(1000) !== undefined) first.commit(1000);
      const drained = once(first, 'drain');
      while (second.poll() !== undefined);
      await drained;
      assert.equal(first.reserve(1016)?.length, 1016);
    });
  });
});
