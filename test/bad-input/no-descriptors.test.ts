import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Try } from '../fixtures/no-descriptors.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';

function run(what: string): Try[] {
  const { stdout, stderr, status, signal } = spawnSync(
    'prlimit',
    ['--nofile=300:300', process.execPath, fixture('no-descriptors'), what],
    { encoding: 'utf8', timeout: PATIENCE_MS },
  );
  assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
  return JSON.parse(stdout) as Try[];
}

describe('running out of descriptors', () => {
  for (const what of ['new Receiver', 'createFd', 'new Sender', 'createChannel', 'openChannel']) {
    it(`is EMFILE at any step of ${what}, leaves nothing, and does no harm`, () => {
      const tries = run(what);
      const last = tries.pop();
      assert.deepEqual(last, { worked: true });
      assert.ok(tries.length > 0, 'it never failed');
      for (const { syscall, ...rest } of tries) {
        assert.deepEqual(rest, { worked: false, code: 'EMFILE', errno: -24 });
        assert.match(syscall ?? '', /^[a-z_0-9]+$/);
      }
    });
  }

  it('is EMFILE in waitSync or does not matter', () => {
    const [result] = run('waitSync, masked');
    assert.ok(result);
    assert.equal(result.leaked, undefined);
    if (!result.worked) assert.equal(result.code, 'EMFILE');
  });
});
