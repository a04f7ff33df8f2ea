import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fixture } from '../support/remote.js';

function load(flags: readonly string[], platform: string): unknown {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, fixture('elsewhere'), platform],
    { encoding: 'utf8', timeout: 15_000 },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const unsupported = { name: 'UintrError', code: 'ERR_UINTR_UNSUPPORTED_PLATFORM' };

describe('a platform without support', () => {
  for (const platform of ['darwin', 'win32']) {
    it(`loads the package and says why it cannot serve: ${platform}`, () => {
      const reason = `uintr needs Linux; this is ${platform}`;
      assert.deepEqual(load([], platform), {
        backend: null,
        reason,
        receiver: { ...unsupported, message: reason },
        sender: { ...unsupported, message: reason },
      });
    });
  }

  it('includes any where addons are forbidden, and the reason is in the message', () => {
    const outcome = load(['--no-addons'], process.platform) as Record<
      'receiver' | 'sender',
      { code: string; message: string }
    > & { backend: null; reason: string };
    assert.equal(outcome.backend, null);
    assert.match(outcome.reason, /addon.*disabled/);
    for (const error of [outcome.receiver, outcome.sender]) {
      assert.equal(error.code, unsupported.code);
      assert.equal(error.message, outcome.reason);
    }
  });
});
