import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { folder } from '../support/addresses.js';
import { compileCpp } from '../support/cpp.js';
import { PATIENCE_MS } from '../support/patience.js';
import { root } from '../support/testbed.js';

describe('native/core/spin.h by itself', function () {
  const built = folder('all');

  /** Compiles a program of this folder and runs it: it prints nothing if all is well. */
  const runs = (name: string, ...sources: readonly string[]): void => {
    const source = path.join(root, 'test/native', `${name}.cc`);
    const native = path.join(root, 'native');
    const others = sources.map((file) => path.join(native, file));
    const compiled = compileCpp(source, built(name), `-I${native}`, ...others);
    assert.equal(compiled.status, 0, compiled.stderr);
    const { status, signal, stderr } = spawnSync(built(name), {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
  };

  it('rests by UMWAIT on one cache line and by TPAUSE on several, and misses nothing', () => {
    runs('spin');
  });

  it('executes UMONITOR, UMWAIT and TPAUSE with the cache line, C0.1 and the deadline', function () {
    if (process.arch !== 'x64') this.skip();
    runs('waitpkg', 'cpu/waitpkg.cc');
  });
});
