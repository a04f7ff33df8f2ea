import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createChannel, openChannel, type UintrError } from 'uintr';
import { channelPairs, heard } from '../support/channel-pairs.js';
import { channelPeers } from '../support/channel-peers.js';
import { collect } from '../support/collect.js';
import { leavesNothing } from '../support/leaks.js';
import { PATIENCE_MS } from '../support/patience.js';
import { settles, turns } from '../support/settle.js';

describe('a channel', () => {
  const { use, pair } = channelPairs();
  const peers = channelPeers();

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

  it('rings nobody while both sides are awake', () => {
    const [first, second] = pair<string>({ codec: 'bytes' });
    for (let n = 0; n < 1000; ++n) {
      first.send('x');
      assert.equal(second.poll(), 'x');
    }
    assert.equal(first.stats.rings, 0);
  });
});
