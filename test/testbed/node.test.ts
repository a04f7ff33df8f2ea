import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PATIENCE_MS } from '../support/patience.js';
import { ABIS, run, testbed, workshop } from '../support/testbed.js';

/** The lines that samples/node.js prints, in any order. */
const nodeLines = [
  'worker 42',
  'worker exit 0',
  'terminated 1',
  'signal',
  'timer',
  'null child+grandchild',
  '100000',
  'forked 2',
  'forked exit 0 null',
  'killed null SIGTERM',
  'file true',
  'wasm memory access out of bounds',
];
describe('the user-interrupt testbed: Node.js', function () {
  this.timeout(2 * PATIENCE_MS);
  const sample = workshop('test/testbed/samples', 'jit');

  for (const abi of ABIS) {
    const next = abi === 'uintr-next';

    describe(abi, () => {
      it('runs threads, children, timers, signals and WebAssembly', async () => {
        const program = join(testbed, 'samples', 'node.js');
        const result = await run(abi, [process.execPath, program]);
        assert.deepEqual(result.stdout.trim().split('\n').sort(), [...nodeLines].sort());
        assert.equal(result.code, 0, result.stderr);
      });

      for (const flags of next ? ['0', '0x1000'] : ['0']) {
        it(`computes the same when interrupted on any instruction, with flags ${flags}`, async () => {
          const program = join(testbed, 'samples', 'compute.js');
          const expected = execFileSync(process.execPath, [program], { encoding: 'utf8' });
          const settings = [`JIT_ABI=${abi}`, `JIT_FLAGS=${flags}`, `LD_PRELOAD=${sample('jit')}`];
          const result = await run(abi, ['env', ...settings, process.execPath, program]);
          assert.equal(result.stdout, expected, result.stderr);
          assert.equal(result.code, 0, result.stderr);
          const interrupts = Number(/^interrupts: (\d+)$/m.exec(result.stderr)?.[1]);
          assert.ok(interrupts > 0, result.stderr);
        });
      }
    });
  }
});
