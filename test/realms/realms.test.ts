import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';

/** Runs a fixture. Returns what it prints. */
function run(...args: readonly string[]): unknown {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-deprecation', ...args],
    { encoding: 'utf8', timeout: PATIENCE_MS },
  );
  assert.deepEqual([status, signal, stderr], [0, null, '']);
  return JSON.parse(stdout);
}

describe('the library', () => {
  it('works in a context of node:vm without a global of Node', () => {
    assert.deepEqual(run(fixture('realm')), {
      connected: 0,
      polled: -1,
      timeout: -1,
      aborted: 'another realm’s',
      received: 7,
      shared: 7,
      error: [true, 'EBADF'],
      disposable: true,
      misnamed: false,
      closed: true,
    });
  });

  it('keeps the time where every clock and timer is faked after it was loaded', () => {
    assert.deepEqual(run(fixture('faked-clock'), 'after'), {
      waitSync: -1,
      receiveSync: null,
      wait: 1,
      timeout: -1,
      closed: true,
    });
  });

  it('ends waits that block where every clock was faked before it was loaded', () => {
    assert.deepEqual(run(fixture('faked-clock'), 'before'), {
      waitSync: -1,
      receiveSync: null,
      wait: 1,
    });
  });

  it('works when it is evaluated twice over one addon', () => {
    assert.deepEqual(run(fixture('evaluated-twice')), {
      twice: true,
      first: ['EBADF', true],
      second: ['EBADF', true],
      retried: 'ENOENT',
      connected: 0,
      posted: 5,
      shared: 6,
      messages: 20,
    });
  });

  it('lets a domain hear what listeners throw, as any EventEmitter does', () => {
    assert.deepEqual(run(fixture('domain')), ['domain: interrupt', 'domain: tick']);
  });
});
