import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Capabilities } from 'uintr';
import { execute as executeOnHardware, lines, onHardware, program } from '../support/hardware.js';
import { hasStrace } from '../support/strace.js';
import { ABIS, execute, root, run, workshop } from '../support/testbed.js';

const parse = (text: string): Capabilities => JSON.parse(text) as Capabilities;
const node = [process.execPath, program('detect')];
const auto = { env: { UINTR_BACKEND: '' } };

describe('detection', function () {
  const file = workshop('test/hardware/programs', 'block_sigill');

  describe('where TESTUI faults', () => {
    before(function () {
      if (readFileSync('/proc/cpuinfo', 'latin1').includes(' uintr ')) {
        console.log('      skipped: this CPU has user interrupts');
        this.skip();
      }
    });

    for (const where of ['main', 'worker']) {
      it(`says so, when a ${where} thread asks first`, async () => {
        const result = await execute([...node, where], auto);
        assert.equal(result.code, 0, result.stderr);
        const { backend, reason, cpu, kernel } = parse(result.stdout);
        assert.equal(backend, 'software');
        assert.match(reason, /^this CPU has no user interrupts/);
        assert.equal(cpu.uintr, false);
        assert.deepEqual([kernel.uintr, kernel.abi, kernel.selfTest], [false, null, null]);
        assert.equal(kernel.release, os.release());
      });
    }

    it('survives SIGILL being blocked, and leaves it blocked', async () => {
      const env = { ...auto.env, LD_PRELOAD: file('block_sigill') };
      // Not the program: it waits for a SIGILL, which would never arrive on the main thread.
      const script = `
        const { readFileSync } = require('node:fs');
        const { capabilities } = require(${JSON.stringify(root)});
        const mask = () => /^SigBlk:\\s*(\\w+)/m.exec(readFileSync('/proc/thread-self/status'))[1];
        const before = mask();
        console.log(capabilities().backend, before === mask(), (parseInt(before, 16) & 8) !== 0);`;
      const result = await execute([process.execPath, '-e', script], { env });
      assert.deepEqual([result.stdout, result.code], ['software true true\n', 0], result.stderr);
    });

    it('makes no system call whose number could be another call', async function () {
      if (!hasStrace) {
        console.log('      skipped: there is no strace');
        this.skip();
      }
      const log = file('strace.log');
      const result = await execute(['strace', '-f', '-o', log, ...node, 'main'], auto);
      assert.equal(result.code, 0, result.stderr);
      // The numbers 449 to 454 and 471 to 479, by their names on mainline or as numbers.
      const suspicious =
        /^\d+ +(futex_wait|set_mempolicy_home|cachestat|fchmodat2|map_shadow|futex_wake|rseq_slice|syscall_0x1[cd]).*/gm;
      const calls = readFileSync(log, 'latin1').match(suspicious) ?? [];
      // capabilities() itself calls futex_waitv without words to wait for.
      assert.deepEqual(
        calls.filter((call) => !call.includes('futex_waitv(NULL, 0,')),
        [],
      );
    });
  });

  for (const abi of ABIS) {
    describe(`under the testbed, ${abi}`, () => {
      for (const where of ['main', 'worker']) {
        it(`finds every fact, when a ${where} thread asks first`, async () => {
          const text = await onHardware(abi, ['detect', where], auto);
          const { backend, reason, kernel } = parse(text);
          assert.equal(backend, 'hardware');
          assert.equal(reason, 'user interrupts work here');
          assert.deepEqual([kernel.uintr, kernel.abi, kernel.selfTest], [true, abi, true]);
        });
      }

      it('works with SIGILL blocked', async () => {
        const script = `console.log(require(${JSON.stringify(root)}).capabilities().backend)`;
        const command = [
          'env',
          `LD_PRELOAD=${file('block_sigill')}`,
          process.execPath,
          '-e',
          script,
        ];
        const result = await run(abi, command, auto);
        assert.deepEqual([result.stdout, result.code], ['hardware\n', 0], result.stderr);
      });

      it('falls back where no interrupt arrives', async () => {
        const knobs = ['--no-delivery'];
        const found = parse(await onHardware(abi, ['detect', 'main'], { ...auto, knobs }));
        const reason = "the self-test's interrupt did not arrive within 50 ms";
        assert.deepEqual([found.backend, found.reason], ['software', reason]);
        assert.deepEqual([found.kernel.abi, found.kernel.selfTest], [abi, false]);

        const result = await executeOnHardware(abi, ['masking'], { knobs });
        assert.notEqual(result.code, 0);
        assert.match(result.stderr, /ERR_UINTR_NO_HARDWARE/);
        assert.ok(result.stderr.includes(reason), result.stderr);
        const software = { knobs, env: { UINTR_BACKEND: '' } };
        assert.equal(lines(await onHardware(abi, ['masking'], software)).length, 1);
      });

      it('works where interrupts come late', async () => {
        for (const knob of ['--late-delivery', '--delay-notification=5000']) {
          const text = await onHardware(abi, ['detect', 'main'], { ...auto, knobs: [knob] });
          assert.equal(parse(text).backend, 'hardware', knob);
        }
      });
    });
  }
});
