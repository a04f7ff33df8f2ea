// Facts that the documents repeat are those of the code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../support/testbed.js';

const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

const { version, engines } = JSON.parse(read('package.json')) as {
  version: string;
  engines: { node: string };
};

const load = createRequire(__filename);

/** How many descriptors things take, as the doctor has it. */
const { DESCRIPTORS } = load(path.join(root, 'dist/core/descriptors.js')) as {
  DESCRIPTORS: Readonly<
    Record<'receiver' | 'inFlight', number> &
      Record<'vectorFd' | 'sender', Readonly<Record<'software' | 'hardware', number>>>
  >;
};

describe('the facts in the documents', () => {
  it('are of this version', () => {
    assert.equal(/^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1], version);
    assert.ok(read('docs/guide.md').includes(`\nuintr ${version}: the software backend\n`));
  });

  it('name the oldest Node.js', () => {
    const oldest = /^>=(\d+)$/.exec(engines.node)?.[1] ?? '';
    assert.ok(read('README.md').includes(`Node.js ${oldest} or later`));
    assert.match(
      read('docs/compatibility.md'),
      new RegExp(`^\\| Node\\.js +\\| ${oldest} +\\|`, 'm'),
    );
  });

  it('say how many descriptors things take', () => {
    const { receiver, vectorFd, sender, inFlight } = DESCRIPTORS;
    const text = read('docs/guide.md').replace(/\s+/g, ' ');
    assert.ok(text.includes(`A receiver takes ${receiver} descriptors.`));
    assert.ok(text.includes(`A vector fd takes ${vectorFd.software} in its receiver`));
    assert.ok(text.includes(`a sender takes ${sender.software}`));
    assert.ok(text.includes(`(on hardware ${vectorFd.hardware} and ${sender.hardware},`));
    assert.ok(text.includes(`a vector fd in a socket counts ${inFlight} against`));
  });

  it('say which protocols there are', () => {
    const [, page] = /kProtocolVersion = (\d+)/.exec(read('native/protocol/post.h')) ?? [];
    const [, handshake] = /const VERSION = (\d+)/.exec(read('lib/services/handshake.ts')) ?? [];
    const [, channel] = /const VERSION = (\d+)/.exec(read('lib/channels/layout.ts')) ?? [];
    const text = read('docs/compatibility.md');
    assert.match(text, new RegExp(`^\\| memory of a channel.*\\| ${channel} +\\|`, 'm'));
    assert.match(text, new RegExp(`^\\| vector fd: .*\\| ${page} +\\|`, 'm'));
    assert.match(text, new RegExp(`^\\| handshake of .*\\| ${handshake} +\\|`, 'm'));
  });
});
