import assert from 'node:assert/strict';
import { channelPairs, heard } from '../support/channel-pairs.js';
import { PATIENCE_MS } from '../support/patience.js';
import { settles, turns } from '../support/settle.js';

describe('taking messages from a channel', () => {
  const { pair } = channelPairs();

  describe('peek', () => {
    it('shows the next message until release()', () => {
      const [first, second] = pair<Uint8Array | string>({ codec: 'bytes' });
      assert.equal(second.peek(), undefined);
      second.release();
      first.send('ä');
      first.send(Uint8Array.of(2));
      assert.deepEqual(second.peek(), Uint8Array.of(0xc3, 0xa4));
      assert.deepEqual(second.peek(), Uint8Array.of(0xc3, 0xa4));
      second.release();
      assert.deepEqual(second.peek(), Uint8Array.of(2));
      assert.deepEqual(second.poll(), Uint8Array.of(2));
      second.release();
      assert.equal(second.peek(), undefined);
      assert.equal(second.stats.received, 2);
    });

    it('shows the memory itself: nothing is copied', () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes' });
      const room = first.reserve(10);
      assert.ok(room);
      first.commit(10);
      const bytes = second.peek();
      room[0] = 77;
      assert.equal(bytes?.[0], 77);
    });

    it('shows the rest of what was copied together, and messages that were cut, whole', () => {
      const [first, second] = pair<Uint8Array>({ codec: 'bytes', capacity: 65_536 });
      for (let n = 0; n < 5; ++n) first.send(Uint8Array.of(n));
      first.send(new Uint8Array(30_000).fill(9));
      assert.deepEqual(second.poll(), Uint8Array.of(0)); // copies the others along
      for (let n = 1; n < 5; ++n) {
        assert.deepEqual(second.peek(), Uint8Array.of(n));
        second.release();
      }
      assert.deepEqual(second.peek(), new Uint8Array(30_000).fill(9));
      assert.deepEqual(second.peek()?.length, 30_000);
      second.release();
      assert.equal(second.peek(), undefined);
    });
  });

  describe('receive', () => {
    it('serves calls in their order, before listeners', async () => {
      const [first, second] = pair<number>();
      const messages = heard(second);
      const waits = [second.receive(), second.receive()];
      for (let n = 0; n < 3; ++n) first.send(n);
      assert.deepEqual(await Promise.all(waits), [0, 1]);
      await settles(() => {
        assert.deepEqual(messages, [2]);
      });
    });

    it('takes nothing once it has given up', async () => {
      const [first, second] = pair<number>();
      await assert.rejects(second.receive({ timeout: 1 }), { code: 'ERR_UINTR_TIMEOUT' });
      const controller = new AbortController();
      const aborted = second.receive({ signal: controller.signal });
      controller.abort(new Error('enough'));
      first.send(1);
      await assert.rejects(aborted, /enough/);
      await turns();
      assert.equal(second.poll(), 1);
    });

    it('is served by the iterator, which ends with the channel', async () => {
      const [first, second] = pair<number>();
      for (let n = 0; n < 100; ++n) first.send(n);
      first.close();
      const messages: number[] = [];
      for await (const message of second) messages.push(message);
      assert.deepEqual(messages, [...Array(100).keys()]);
    });

    it('leaves messages to others when an iteration is ended', async () => {
      const [first, second] = pair<number>();
      first.send(1);
      for await (const message of second) {
        assert.equal(message, 1);
        break;
      }
      first.send(2);
      await turns();
      assert.equal(second.poll(), 2);
    });
  });

  it('takes no message while nobody listens', async () => {
    const [first, second] = pair<number>();
    for (let n = 0; n < 3; ++n) first.send(n);
    await turns();
    assert.equal(second.stats.received, 0);
    assert.equal(first.stats.rings, 0);
    second.once('message', (message) => {
      assert.equal(message, 0);
    });
    await settles(() => {
      assert.equal(second.stats.received, 1);
    });
    assert.equal(second.poll(), 1);
    assert.equal(second.receiveSync(PATIENCE_MS), 2);
    assert.equal(second.receiveSync(1), undefined);
  });

  it('gives messages to a blocking reader of one channel, and those of others to their listeners', async () => {
    const [first, second] = pair<number>();
    const [third, fourth] = pair<number>();
    const messages = heard(fourth);
    third.send(1);
    first.send(2);
    assert.equal(second.receiveSync(PATIENCE_MS), 2);
    assert.equal(second.receiveSync(1), undefined); // not ended by the other channel's message
    await settles(() => {
      assert.deepEqual(messages, [1]);
    });
  });

  it('hands the other messages over although a listener throws', async () => {
    const [first, second] = pair<number>();
    const messages: number[] = [];
    const errors: unknown[] = [];
    const mocha = process.rawListeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => errors.push(error.message));
    try {
      second.on('message', (message) => {
        messages.push(message);
        throw new Error(`no ${message}`);
      });
      for (let n = 0; n < 3; ++n) first.send(n);
      await settles(() => {
        assert.deepEqual(errors, ['no 0', 'no 1', 'no 2']);
      });
      assert.deepEqual(messages, [0, 1, 2]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of mocha) process.on('uncaughtException', listener as () => void);
    }
  });

  it('runs ticks after each message with burst 1, and after the last with more', async () => {
    for (const [burst, order] of [
      [1, 'mtmtmt'],
      [64, 'mmmttt'],
    ] as const) {
      const [first, second] = pair<number>({ burst });
      let happened = '';
      for (let n = 0; n < 3; ++n) first.send(n);
      second.on('message', () => {
        happened += 'm';
        process.nextTick(() => (happened += 't'));
      });
      await settles(() => {
        assert.equal(happened, order);
      });
    }
  });
});
