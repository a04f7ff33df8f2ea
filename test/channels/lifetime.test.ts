import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createChannel, type UintrError } from 'uintr';
import { channelPeers } from '../support/channel-peers.js';
import { collect } from '../support/collect.js';
import { leavesNothing } from '../support/leaks.js';

const CYCLES = Number(process.env['UINTR_TEST_CYCLES'] ?? 100);

/** Prime, so that the deaths fall on ever other messages. */
const STEP = 37;

describe('channels whose peer is ended in the middle', () => {
  const peers = channelPeers();

  for (const [where, cycles] of [
    ['worker', CYCLES],
    ['child', Math.min(CYCLES, 20)],
  ] as const) {
    it(`deliver what was published, then close, ${cycles} times by a ${where}, and leave nothing`, async () => {
      await leavesNothing(async () => {
        for (let cycle = 0; cycle < cycles; ++cycle) {
          const channel = createChannel<string>({ codec: 'bytes', capacity: 4096 });
          const closed = once(channel, 'close') as Promise<[UintrError]>;
          const peer = await peers[where](channel, 'echo', { codec: 'bytes' });
          let sent = 0;
          let received = 0;
          const more = (): void => {
            if (channel.connected || sent === 0) channel.send(`${sent++}`.repeat(sent % 400));
          };
          channel.on('message', (message) => {
            assert.equal(message, `${received}`.repeat((received + 1) % 400));
            if (++received === cycle * STEP) void peer.kill();
            more();
          });
          for (let n = 0; n < 5; ++n) more();
          if (cycle === 0) void peer.kill();
          const [reason] = await closed;
          assert.equal(reason.code, 'ECONNRESET');
          assert.ok(received >= cycle * STEP && received <= sent, `${received} of ${sent}`);
          await peer.kill();
        }
      }, collect);
    });
  }
});
