import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { folder } from '../support/addresses.js';
import { compileCpp } from '../support/cpp.js';
import { PATIENCE_MS } from '../support/patience.js';
import { root } from '../support/testbed.js';

const NEEDS_TWO_CPUS = 77;

describe('native/core/busy_poll.h by itself', function () {
  const built = folder('all');

  it('spins while it pays, and backs off when it does not', function () {
    const program = built('busy-poll');
    const source = path.join(root, 'test/native/busy-poll.cc');
    const compiled = compileCpp(source, program, `-I${path.join(root, 'native')}`);
    assert.equal(compiled.status, 0, compiled.stderr);
    const { status, stdout } = spawnSync(program, { encoding: 'utf8', timeout: PATIENCE_MS });
    if (status === NEEDS_TWO_CPUS) this.skip();
    assert.deepEqual({ status, stdout }, { status: 0, stdout: '' });
  });
});
