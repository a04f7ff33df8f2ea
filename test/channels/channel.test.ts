import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type Channel,
  type ChannelOptions,
  createChannel,
  openChannel,
  type UintrError,
} from 'uintr';
import { channelPeers } from '../support/channel-peers.js';
import { closing } from '../support/closing.js';
import { collect } from '../support/collect.js';
import { leavesNothing } from '../support/leaks.js';
import { PATIENCE_MS } from '../support/patience.js';
import { settles, turns } from '../support/settle.js';

/** The messages of a test of codecs. */
const OBJECT = {
  id: 1,
  name: 'EURUSD',
  bid: 1.0842,
  nested: { list: [1, 'two', null], live: true },
};

describe('a channel', () => {
  const use = closing();
  const peers = channelPeers();

  function pair<T = unknown>(options: ChannelOptions<T> = {}): [Channel<T>, Channel<T>] {
    const first = use(createChannel<T>(options));
    return [first, use(openChannel<T>(first.peerFd, options))];
  }

  /** Collects what comes. */
  function heard<T>(channel: Channel<unknown, T>): T[] {
    const messages: T[] = [];
    channel.on('message', (message) => messages.push(message));
    return messages;
  }

  it('carries messages both ways, in order', async () => {
    const [first, second] = pair<string>();
    const [here, there] = [heard(first), heard(second)];
    for (const n of ['one', 'two', 'three']) {
      assert.equal(first.send(`to the second: ${n}`), true);
      assert.equal(second.send(`to the first: ${n}`), true);
    }
    await settles(() => {
      assert.equal(here.length + there.length, 6);
    });
    assert.deepEqual(
      here,
      ['one', 'two', 'three'].map((n) => `to the first: ${n}`),
    );
    assert.deepEqual(
      there,
      ['one', 'two', 'three'].map((n) => `to the second: ${n}`),
    );
  });

  it('keeps what was sent before the peer opened it', async () => {
    const first = use(createChannel<number>());
    for (let n = 0; n < 5; ++n) first.send(n);
    assert.equal(first.connected, false);
    const messages = heard(use(openChannel<number>(first.peerFd)));
    await settles(() => {
      assert.deepEqual(messages, [0, 1, 2, 3, 4]);
    });
    await settles(() => {
      assert.equal(first.connected, true);
    });
    assert.equal(first.peerFd, -1);
  });

  for (const where of ['worker', 'child'] as const) {
    describe(`to a ${where}`, () => {
      it('gives back what it echoes, of every size around those that matter', async () => {
        const capacity = 65_536;
        const channel = use(createChannel<Uint8Array | string>({ codec: 'bytes', capacity }));
        await peers[where](channel, 'echo', { codec: 'bytes' });
        const quarter = capacity / 4;
        const sizes = [0, 1, 7, 8, 9, 63, 64, 65, 1000, 8184, 8192, 8193, 16_368, quarter - 8];
        sizes.push(quarter - 7, quarter, capacity / 2, capacity - 8, capacity, 5 * capacity + 3);
        for (const size of sizes) {
          const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255);
          channel.send(bytes);
          assert.deepEqual(await channel.receive({ timeout: PATIENCE_MS }), bytes, `${size}`);
          const text = 'aä€😀'.repeat(size / 4);
          channel.send(text);
          assert.equal(await channel.receive({ timeout: PATIENCE_MS }), text, `${size}`);
        }
      });

      it('is read and written by threads that block', async () => {
        const channel = use(createChannel<string>({ codec: 'json', capacity: 4096 }));
        const peer = await peers[where](channel, 'echo sync', { codec: 'json' });
        for (let n = 0; n < 2000; ++n) {
          const message = `${n}`.repeat(1 + (n % 100));
          assert.equal(channel.sendSync(message), true);
          assert.equal(channel.receiveSync(PATIENCE_MS), message);
        }
        channel.send('stop');
        channel.on('message', () => assert.fail());
        await once(channel, 'close');
        assert.deepEqual(await peer.mailbox.next(), { closed: null });
      });

      it('carries every message once, whole and in order, as fast as it can', async () => {
        const count = 50_000;
        const channel = use(
          createChannel<{ n: number; text: string }, number>({ codec: 'json', capacity: 65_536 }),
        );
        await peers[where](channel, 'check numbers', { codec: 'json' });
        let answered = 0;
        channel.on('message', (n) => (answered = n));
        for (let n = 0; n < count; ++n) {
          const isWritten = channel.send({ n, text: 'x'.repeat(n % 1000) });
          if (!isWritten) await once(channel, 'drain');
        }
        await settles(() => {
          assert.equal(answered, count);
        });
      });

      it('delivers what a peer had sent before it died, and then says so', async () => {
        const channel = use(createChannel<unknown, number>());
        const messages = heard(channel);
        const closed = once(channel, 'close');
        await peers[where](channel, 'send and die');
        const [reason] = (await closed) as [UintrError];
        assert.equal(reason.code, 'ECONNRESET');
        assert.deepEqual(messages, [...Array(1000).keys()]);
        assert.throws(() => channel.send(1), { code: 'ECONNRESET' });
      });

      it('delivers all that was sent before close(), also what was queued', async () => {
        const channel = use(createChannel<unknown, string>({ capacity: 4096 }));
        const closed = once(channel, 'close');
        await peers[where](channel, 'send and close');
        const messages = heard(channel);
        assert.deepEqual(await closed, [undefined]);
        assert.deepEqual(
          messages.map(({ length }) => length),
          [...Array(1000).keys()],
        );
      });

      it('tells a reader that blocks that its peer has died', async () => {
        const channel = use(createChannel());
        const peer = await peers[where](channel, 'wait');
        const killed = peer.kill(); // takes its course although this thread blocks
        if (where === 'worker') await killed;
        assert.throws(() => channel.receiveSync(PATIENCE_MS), { code: 'ECONNRESET' });
        await killed;
      });
    });
  }

  it('can be in hundreds on a thread, and leaves nothing', async () => {
    await leavesNothing(async () => {
      const pairs = Array.from({ length: 200 }, () => {
        const first = createChannel<number>({ capacity: 4096 });
        return [first, openChannel<number>(first.peerFd)] as const;
      });
      const messages = pairs.map(([, second]) => heard(second));
      pairs.forEach(([first], n) => first.send(n));
      await settles(() => {
        assert.deepEqual(messages.flat(), [...pairs.keys()]);
      });
      for (const [first] of pairs) first.close();
      await Promise.all(pairs.map(([, second]) => once(second, 'close')));
    }, collect);
  });

  for (const codec of ['clone', 'json'] as const) {
    it(`carries objects by ${codec}`, () => {
      const [first, second] = pair({ codec });
      first.send(OBJECT);
      assert.deepEqual(second.poll(), OBJECT);
    });
  }

  it('carries by structured clone what JSON lacks', () => {
    const [first, second] = pair();
    const cycle: Record<string, unknown> = {
      date: new Date(0),
      map: new Map([[1, new Set([2n])]]),
    };
    cycle['self'] = cycle;
    cycle['bytes'] = Uint16Array.of(1, 2, 65_535);
    cycle['missing'] = undefined;
    first.send(cycle);
    const copy = second.poll() as typeof cycle;
    assert.equal(copy['self'], copy);
    assert.deepEqual(copy, cycle);
  });

  it('carries what a codec of the user makes', () => {
    const codec = {
      encode: (n: number) => Uint8Array.of(n, n + 1),
      decode: (bytes: Uint8Array) => (bytes[0] ?? 0) + (bytes[1] ?? 0),
    };
    const [first, second] = pair<number>({ codec });
    first.send(20);
    assert.equal(second.poll(), 41);
  });

  it('sends nothing of a message that the codec refuses, and goes on', () => {
    const [first, second] = pair();
    assert.throws(() => first.send(() => undefined), /could not be cloned/);
    first.send('next');
    assert.equal(second.poll(), 'next');
    const [bytes] = pair({ codec: 'bytes' });
    assert.throws(() => bytes.send(5), { code: 'ERR_INVALID_ARG_TYPE' });
    const [json] = pair({ codec: 'json' });
    assert.throws(() => json.send(undefined), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => json.send(1n), TypeError);
  });

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

  describe('whose reader does not read', () => {
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

  describe('close', () => {
    it('ends both sides, and every call after it is refused', async () => {
      const [first, second] = pair();
      const closed = Promise.all([once(first, 'close'), once(second, 'close')]);
      const wait = first.receive();
      first.close();
      first.close();
      await assert.rejects(wait, { code: 'ERR_UINTR_CLOSED' });
      assert.deepEqual(await closed, [[undefined], [undefined]]);
      for (const channel of [first, second]) {
        const calls = [
          () => channel.send(1),
          () => channel.trySend(1),
          () => channel.sendSync(1),
          () => channel.reserve(1),
          () => {
            channel.commit(1);
          },
          () => channel.poll(),
          () => channel.peek(),
          () => {
            channel.release();
          },
          () => channel.receiveSync(),
        ];
        for (const call of calls) assert.throws(call, { code: 'ERR_UINTR_CLOSED' });
        await assert.rejects(channel.receive(), { code: 'ERR_UINTR_CLOSED' });
        assert.equal(channel.connected, false);
        assert.equal(channel.peerFd, -1);
      }
    });

    it('leaves nothing, in whatever state', async () => {
      await leavesNothing(async () => {
        createChannel().close();
        const first = createChannel({ capacity: 4096 });
        const second = openChannel(first.peerFd);
        first.send('x'.repeat(100_000));
        second.close();
        first.close();
        await once(first, 'close');
      }, collect);
    });

    it('from a listener ends the delivery', async () => {
      const [first, second] = pair<number>();
      const messages: number[] = [];
      second.on('message', (message) => {
        messages.push(message);
        second.close();
      });
      for (let n = 0; n < 3; ++n) first.send(n);
      await once(second, 'close');
      await turns();
      assert.deepEqual(messages, [0]);
    });

    it('is found by a peer that opens the channel later, behind the messages', async () => {
      const first = use(createChannel<number>());
      const held = use(createChannel<number>()); // keeps the hub
      first.send(1);
      const second = use(openChannel<number>(first.peerFd));
      first.close();
      const messages = heard(second);
      assert.deepEqual(await once(second, 'close'), [undefined]);
      assert.deepEqual(messages, [1]);
      held.close();
    });
  });

  it('is opened once', () => {
    const first = use(createChannel());
    const fd = first.peerFd;
    use(openChannel(fd));
    for (let n = 0; n < 3; ++n) assert.throws(() => openChannel(fd), { code: 'ERR_UINTR_TAKEN' });
  });

  it('makes no system call per message while both sides are awake, and rings nobody', () => {
    const [first, second] = pair<string>({ codec: 'bytes' });
    for (let n = 0; n < 1000; ++n) {
      first.send('x');
      assert.equal(second.poll(), 'x');
    }
    assert.equal(first.stats.rings, 0);
  });
});
