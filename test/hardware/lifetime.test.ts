import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { execute, lines, onHardware } from '../support/hardware.js';
import { ABIS, type Stats, workshop } from '../support/testbed.js';

describe('receivers that come and go', function () {
  const file = workshop('test/hardware/programs', 'foreign_sender');

  for (const abi of ABIS) {
    describe(abi, () => {
      async function stats(command: readonly string[], code: number): Promise<Stats> {
        const name = file('stats.json');
        const result = await execute(abi, command, { knobs: [`--stats=${name}`] });
        assert.deepEqual([result.code, result.signal], [code, null], result.stderr);
        return JSON.parse(readFileSync(name, 'utf8')) as Stats;
      }

      it('get no interrupt that was posted to an earlier receiver of their thread', async () => {
        const output = await onHardware(abi, ['epoch', file('foreign_sender'), abi]);
        assert.deepEqual(lines(output), [
          'first 5',
          'old sender ESHUTDOWN',
          'old sender ESHUTDOWN',
          'second []',
          'then [5]',
        ]);
      });

      it('use a fence vector for which no program has an old index', async () => {
        assert.equal(await onHardware(abi, ['fence-vector']), 'true\n');
      });

      for (const how of ['terminate', 'worker-exit', 'throw', 'leave', 'exit']) {
        it(`unregister however their thread ends: ${how}`, async () => {
          const { systemCalls: calls } = await stats(['ends', how], 0);
          // The probe calls both once, and so do the self-test, the main thread and each of three
          // workers.
          assert.equal(calls['register_handler'], 1 + 1 + 1 + 3);
          assert.equal(calls['unregister_handler'], 1 + 1 + 1 + 3);
        });
      }

      it('leave children no uvec fd, and go on while children run', async () => {
        assert.equal(await onHardware(abi, ['children']), '8 ["[]"]\n');
      });

      // Node.js has process.execve() since 22.15.
      if (Reflect.has(process, 'execve')) {
        it('do not take the kernel down by process.execve()', async () => {
          const fifo = file(`${abi}.fifo`);
          execFileSync('mkfifo', [fifo]);
          assert.equal(await onHardware(abi, ['execve', fifo]), 'ESHUTDOWN\n');
        });
      }

      it('are closed before process.execve()', async () => {
        assert.deepEqual(lines(await onHardware(abi, ['exec'])), [
          'ERR_UINTR_CLOSED /bin/true 2',
          'ESHUTDOWN',
          'true',
          'ERR_UINTR_CLOSED /bin/true 0',
          'ERR_UINTR_CLOSED /bin/true 0',
          'true',
          'open /bin/true 0',
        ]);
      });

      it('mask and unmask by one instruction each', async () => {
        const file_ = file('stats.json');
        const output = await onHardware(abi, ['masking'], { knobs: [`--stats=${file_}`] });
        const counts = JSON.parse(readFileSync(file_, 'utf8')) as Stats;
        assert.equal(output, '[true,false,-1,true,5,5,true]\n');
        // The receivers of the self-test and of the program unmask at first and mask at the end. The
        // second clui() in a row has nothing to do.
        assert.deepEqual([counts.stui, counts.clui, counts.testui], [2 + 1, 2 + 1, 1 + 4]);
        assert.equal(counts.uiret, counts.deliveries);
      });
    });
  }
});
