import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compileCpp } from '../support/cpp.js';

const source = path.join(__dirname, '../../../../test/protocol/spin.cc');

describe('native/spin.h by itself', function () {
  this.timeout(60_000);

  it('looks between arming UMONITOR and resting in UMWAIT, so that nothing is slept through', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-spin-'));
    try {
      const program = path.join(folder, 'spin');
      const { status, stderr } = compileCpp(source, program);
      assert.equal(status, 0, stderr);
      const ran = spawnSync(program, { encoding: 'utf8', timeout: 30_000 });
      assert.deepEqual([ran.status, ran.stderr], [0, '']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
