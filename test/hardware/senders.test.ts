import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execute, onHardware } from '../support/hardware.js';
import { ABIS, boundMs, type Stats, workshop } from '../support/testbed.js';

// Of the self-test: its fence, and a sender on each of two threads. Of the receiver: its fence.
const SELF_TEST = 3;
const FENCE = 1;

describe('senders', function () {
  this.timeout(boundMs);
  const file = workshop();

  for (const abi of ABIS) {
    describe(abi, () => {
      async function calls(...command: string[]): Promise<Stats['systemCalls']> {
        const stats = file('stats.json');
        const result = await execute(abi, command, { knobs: [`--stats=${stats}`] });
        assert.equal(result.signal, 'SIGKILL', result.stderr);
        return (JSON.parse(readFileSync(stats, 'utf8')) as Stats).systemCalls;
      }

      it('made by many threads at once get an index each', async () => {
        const expected = `${Array.from({ length: 24 }, (_, i) => i).join()}\n`;
        for (const knobs of [[], ['--racy-registration']]) {
          assert.equal(await onHardware(abi, ['registration'], { knobs }), expected);
        }
      });

      it('share one index a target, and give it back with the last', async () => {
        const some = await calls('sharing', 'some');
        assert.equal(some['register_sender'], SELF_TEST + FENCE + 1);
        assert.equal(some['unregister_sender'], SELF_TEST);
        const all = await calls('sharing', 'all');
        assert.equal(all['register_sender'], SELF_TEST + FENCE + 2);
        assert.equal(all['unregister_sender'], SELF_TEST + 2);
      });

      // On rfc-v1 a receiver has 64 descriptors, and one thread cannot fill its table with them.
      if (abi === 'uintr-next') {
        it('say ENOSPC when the target table is full, until one is closed', async () => {
          const output = await onHardware(abi, ['full-table']);
          assert.equal(output, '255 ENOSPC uintr_register_sender\n9\n');
        });
      }

      for (const how of ['loop', 'sync']) {
        it(`make no system call to a receiver that is awake, one if it sleeps: ${how}`, async () => {
          const counted: unknown = JSON.parse(await onHardware(abi, ['counting', how]));
          assert.deepEqual(counted, { awake: 0, most: 1 });
        });
      }
    });
  }
});
