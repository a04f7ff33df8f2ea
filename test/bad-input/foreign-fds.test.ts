import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before } from 'mocha';
import { capabilities } from 'uintr';
import type { Outcome } from '../fixtures/open-foreign.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture, python } from '../support/remote.js';

const notAVectorFd = { code: 'ERR_UINTR_NOT_A_VECTOR_FD' };

// The result of new Sender() for every forgery of fixtures/forge.py.
const expected: Record<string, Outcome> = {
  right: { vector: 5 },
  'right, from a dead receiver': { vector: 5 },
  'right, with credentials': { vector: 5 },
  'right, with every control message': { vector: 5 },
  'another version': { code: 'ERR_UINTR_VERSION' },
  'another version and size': { code: 'ERR_UINTR_VERSION' },
  'vector page that cannot be written': { code: 'EPERM', errno: -1, syscall: 'mmap' },
  // On hardware the descriptor is examined, and is not what it should be.
  'hardware, with no uvec fd':
    capabilities().backend === 'hardware' ? notAVectorFd : { code: 'ERR_UINTR_NO_HARDWARE' },
  'path without a file': { code: 'EBADF', errno: -9, syscall: 'recvmsg' },
};

describe('a descriptor from elsewhere', () => {
  let outcomes: Record<string, Outcome> = {};
  before(function () {
    const { stdout, stderr, status } = spawnSync(
      'python3',
      [python('forge'), process.execPath, fixture('open-foreign')],
      { encoding: 'utf8', timeout: PATIENCE_MS },
    );
    assert.equal(status, 0, stderr);
    outcomes = JSON.parse(stdout) as Record<string, Outcome>;
  });

  it('is accepted or refused, each one, and nothing leaks', () => {
    const names = Object.keys(outcomes);
    assert.ok(names.length > 40, String(names.length));
    for (const name of Object.keys(expected)) assert.ok(names.includes(name), name);
    const seen: Record<string, Outcome> = {};
    const wanted: Record<string, Outcome> = {};
    for (const name of names) {
      const { message, ...outcome } = outcomes[name] ?? {};
      seen[name] = outcome;
      wanted[name] = expected[name] ?? notAVectorFd;
      if (outcome.vector === undefined) assert.ok((message ?? '').length > 20, message);
    }
    assert.deepEqual(seen, wanted);
  });

  it('appears in the message by its number, with the reason', () => {
    assert.match(outcomes['pipe']?.message ?? '', /descriptor \d+ is not a vector fd: .*socket/);
    assert.match(outcomes['socket without a bundle']?.message ?? '', /without a bundle/);
    assert.match(outcomes['another version']?.message ?? '', /version 2\b.*version 1\b/);
  });
});
