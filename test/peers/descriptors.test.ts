import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { root } from '../support/testbed.js';

const load = createRequire(__filename);
const { DESCRIPTORS } = load(path.join(root, 'dist/core/descriptors.js')) as {
  DESCRIPTORS: Readonly<
    Record<'vectorFd' | 'sender', Readonly<Record<'software' | 'hardware', number>>>
  >;
};

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
});
