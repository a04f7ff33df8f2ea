// Two versions of this package in one process, each with its copy of the addon.
import assert from 'node:assert/strict';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before } from 'mocha';
import { onHardware, program } from '../support/hardware.js';
import { ABIS, execute, root, workshop } from '../support/testbed.js';

describe('two copies of the addon', function () {
  const file = workshop('test/hardware/programs', 'slow_sigill');
  let copy = '';

  before(function () {
    // musl has no unique symbols: see native/backends/hardware/process_mutex.h.
    const { header } = process.report.getReport() as { header: object };
    if (!('glibcVersionRuntime' in header)) this.skip();
    copy = file('copy');
    for (const path of ['package.json', 'dist', 'build/Release/uintr.node']) {
      cpSync(join(root, path), join(copy, path), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });

  it('look for hardware one after the other, because both catch SIGILL', async () => {
    const env = { UINTR_BACKEND: 'software', LD_PRELOAD: file('slow_sigill') };
    const result = await execute([process.execPath, program('detect-copies'), copy], { env });
    assert.deepEqual(
      [result.stdout, result.code, result.signal],
      ['software,software true\n', 0, null],
      result.stderr,
    );
  });

  for (const abi of ABIS) {
    it(`register senders one after the other: ${abi}`, async () => {
      const knobs = ['--racy-registration'];
      const output = await onHardware(abi, ['registration', copy], { knobs });
      assert.equal(output, `${Array.from({ length: 24 }, (_, i) => i).join()}\n`);
    });
  }
});
