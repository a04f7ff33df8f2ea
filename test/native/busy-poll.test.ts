import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'mocha';

const source = path.join(__dirname, '../../../../test/native/busy-poll.cc');
const CANNOT_BE_ASKED = 77;

describe('native/core/busy_poll.h by itself', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-busy-poll-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('spins while it pays, and backs off when it does not', function () {
    const program = path.join(folder, 'busy-poll');
    const flags = ['-std=c++20', '-O1', '-Wall', '-Wextra', '-Werror'];
    const compiled = spawnSync('g++', [...flags, source, '-o', program], { encoding: 'utf8' });
    assert.equal(compiled.status, 0, compiled.stderr);
    const { status, stdout } = spawnSync(program, { encoding: 'utf8', timeout: 30_000 });
    if (status === CANNOT_BE_ASKED) this.skip();
    assert.deepEqual({ status, stdout }, { status: 0, stdout: '' });
  });
});
