// Several receivers on a thread share its one handler and the 64 vectors of the kernel.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { lines, onHardware } from '../support/hardware.js';
import { ABIS, root, type Stats, workshop } from '../support/testbed.js';

describe('several receivers on a thread of hardware', function () {
  const file = workshop();

  for (const abi of ABIS) {
    describe(abi, () => {
      const say = async (...command: string[]): Promise<unknown[]> =>
        lines(await onHardware(abi, ['several', ...command])).map((line): unknown =>
          JSON.parse(line),
        );
      const syscall = abi === 'rfc-v1' ? 'uintr_create_fd' : 'uintr_vector_fd';
      const reason = 'the receivers of this thread use all of its 64 vectors';
      const noVector = ['ENOSPC', -28, syscall, `ENOSPC: ${reason}, ${syscall}`];

      it('have 64 vectors together, say so, and give them back when they close', async () => {
        assert.deepEqual(await say('used up'), [
          [true, true],
          [noVector],
          [noVector],
          [true],
          [noVector],
        ]);
      });

      it('keep their own order of priority, and one that is alone its numbers', async () => {
        const each = [true, true];
        assert.deepEqual(await say('order'), [each, each, [true], [[63, 0, 5, 62, 4]]]);
      });

      it('register one handler, and mask the thread only while all are masked', async () => {
        const name = file('stats.json');
        const knobs = [`--stats=${name}`];
        await onHardware(abi, ['several', 'registrations'], { knobs });
        const { systemCalls, stui, clui } = JSON.parse(readFileSync(name, 'utf8')) as Stats;
        // The probe calls it once, the self-test once, and the three receivers once.
        assert.equal(systemCalls['register_handler'], 2 + 1);
        assert.equal(systemCalls['unregister_handler'], 2 + 1);
        // The self-test; the first receiver, and the one that unmasks while all are masked.
        assert.equal(stui, 1 + 2);
        assert.equal(clui, 1 + 2);
      });

      it('lend no vector that a peer keeps in use, and the same one where none does', async () => {
        const isSame = abi === 'uintr-next'; // rfc-v1: EBUSY
        assert.deepEqual(await say('given back'), [[isSame, true, true], [true]]);
      });

      it('get no interrupt that was posted to one that closed while all were masked', async () => {
        assert.deepEqual(await say('masked'), [[[], true]]);
      });

      it('leave no room for another copy of the addon, which says so', async () => {
        const copy = file(`copy-${abi}`);
        for (const path of ['package.json', 'dist', 'build/Release/uintr.node']) {
          cpSync(join(root, path), join(copy, path), { recursive: true });
        }
        symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
        const [refused, works] = await say('copies', copy);
        const why =
          'this thread has a user-interrupt handler of another library, or of another copy of this one';
        assert.deepEqual(refused, [
          'EBUSY',
          'uintr_register_handler',
          `EBUSY: ${why}, uintr_register_handler`,
        ]);
        assert.deepEqual(works, [3, true]);
      });
    });
  }
});
