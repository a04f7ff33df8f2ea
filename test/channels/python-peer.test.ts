// A peer in Python, written from docs/channel-layout.md: fixtures/channel_peer.py.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Channel, createChannel, Receiver, type UintrError } from 'uintr';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { python } from '../support/remote.js';

type Message = Uint8Array | string;

const CAPACITY = 65_536;

describe('a channel to a Python peer', () => {
  const use = closing();
  const child = children();

  before(function () {
    using receiver = new Receiver();
    if (receiver.backend === 'hardware') this.skip(); // Python cannot execute SENDUIPI
  });

  function start(role: string): { channel: Channel<Message>; peer: ChildProcess } {
    const channel = use(createChannel<Message>({ codec: 'bytes', capacity: CAPACITY }));
    const peer = spawn('python3', [python('channel_peer'), role], {
      stdio: ['ignore', 'pipe', 'inherit', channel.peerFd],
    });
    return { channel, peer: child(peer) };
  }

  /** What the peer prints, once it has ended well. */
  async function said(peer: ChildProcess): Promise<string> {
    assert.ok(peer.stdout);
    const [printed, exit] = await Promise.all([text(peer.stdout), once(peer, 'exit')]);
    assert.deepEqual(exit, [0, null]);
    return printed.trim();
  }

  it('gives back messages of every size, bytes and text, and hears that we close', async () => {
    const { channel, peer } = start('echo');
    const end = said(peer);
    const sizes = [0, 1, 7, 8, 9, 1000, CAPACITY / 4 - 8, CAPACITY / 4 - 7, CAPACITY / 2];
    for (const size of [...sizes, 3 * CAPACITY + 5]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255);
      channel.send(bytes);
      assert.deepEqual(await channel.receive({ timeout: PATIENCE_MS }), bytes, `${size}`);
      const message = 'aä€😀'.repeat(size / 4);
      channel.send(message);
      assert.equal(await channel.receive({ timeout: PATIENCE_MS }), message, `${size}`);
    }
    channel.close();
    assert.equal(await end, 'closed');
  });

  it('gives back many at once, in order, with more than the memory holds', async () => {
    const { channel, peer } = start('echo');
    const end = said(peer);
    const count = 20_000;
    let next = 0;
    channel.on('message', (message) => {
      assert.equal(message, `${next++}`.repeat(1 + (next % 50)));
      if (next === count) channel.close();
    });
    for (let n = 0; n < count; ++n) channel.send(`${n}`.repeat(1 + ((n + 1) % 50)));
    assert.equal(await end, 'closed');
    assert.equal(next, count);
  });

  it('answers a thread that blocks', async () => {
    const { channel, peer } = start('echo');
    const end = said(peer);
    for (let n = 0; n < 500; ++n) {
      assert.equal(channel.sendSync(`${n}`, PATIENCE_MS), true);
      assert.equal(channel.receiveSync(PATIENCE_MS), `${n}`);
    }
    channel.close();
    assert.equal(await end, 'closed');
  });

  it('can close the channel itself', async () => {
    const { channel, peer } = start('close');
    const end = said(peer);
    const messages: Message[] = [];
    channel.on('message', (message) => messages.push(message));
    channel.send('last');
    assert.deepEqual(await once(channel, 'close'), [undefined]);
    assert.deepEqual(messages, ['last']);
    assert.equal(await end, 'done');
  });

  it('delivers what it has sent before it is killed', async () => {
    const { channel } = start('die');
    const messages: Message[] = [];
    channel.on('message', (message) => messages.push(message));
    const [reason] = (await once(channel, 'close')) as [UintrError];
    assert.equal(reason.code, 'ECONNRESET');
    assert.deepEqual(
      messages,
      Array.from({ length: 100 }, (_, n) => `message ${n}`),
    );
  });
});
