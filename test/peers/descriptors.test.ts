import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createChannel, openChannel, Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { settles } from '../support/settle.js';
import { root } from '../support/testbed.js';

const load = createRequire(__filename);
const { DESCRIPTORS } = load(path.join(root, 'dist/core/descriptors.js')) as {
  DESCRIPTORS: Readonly<
    Record<'vectorFd' | 'sender', Readonly<Record<'software' | 'hardware', number>>>
  >;
};

/** docs/guide.md, "What a channel keeps alive and takes": an end of a channel, waiting and open. */
const PER_END = { software: [4, 4], hardware: [5, 6] } as const;

const open = (): number => readdirSync('/proc/self/fd').length;

describe('descriptors', () => {
  const use = closing();

  it('are as many as the doctor says', () => {
    const receiver = use(new Receiver());
    const { backend } = receiver;
    const before = open();
    const vectorFd = receiver.createFd(3);
    assert.equal(open() - before, DESCRIPTORS.vectorFd[backend]);
    const between = open();
    use(new Sender(vectorFd));
    assert.equal(open() - between, DESCRIPTORS.sender[backend]);
  });

  it('are at most as many as the guide says for a channel', async () => {
    const [waiting, connected] = PER_END[use(new Receiver()).backend];
    use(createChannel()); // the first makes a receiver for all
    const before = open();
    const first = use(createChannel());
    assert.ok(open() - before <= waiting, `${open() - before}`);
    use(openChannel(first.peerFd));
    await settles(() => {
      assert.ok(first.connected);
      // On rfc-v1 the two ends on this thread share a uvec fd.
      assert.ok(open() - before <= 2 * connected, `${open() - before}`);
    });
  });
});
