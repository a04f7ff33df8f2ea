import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execute, lines, onHardware, program } from '../support/hardware.js';
import {
  type Abi,
  ABIS,
  boundMs,
  type Result,
  run,
  type Stats,
  workshop,
} from '../support/testbed.js';

// Of the self-test: its fence, and a sender on each of two threads. Of the receiver: its fence.
const SELF_TEST = 3;
const FENCE = 1;

describe('senders', function () {
  this.timeout(boundMs);
  const file = workshop('test/hardware/programs', 'forbid_kcmp');

  /** As in Docker's containers, by default. */
  function withoutKcmp(
    abi: Abi,
    [name = '', ...args]: readonly string[],
    knobs: readonly string[] = [],
  ): Promise<Result> {
    const command = [file('forbid_kcmp'), process.execPath, program(name), ...args];
    return run(abi, command, { knobs, env: { UINTR_BACKEND: 'hardware' } });
  }

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

      it('of one vector fd share one index without kcmp(2), too', async () => {
        const stats = file('stats.json');
        const result = await withoutKcmp(abi, ['sharing', 'all'], [`--stats=${stats}`]);
        assert.equal(result.signal, 'SIGKILL', result.stderr);
        const { systemCalls } = JSON.parse(readFileSync(stats, 'utf8')) as Stats;
        assert.equal(systemCalls['register_sender'], SELF_TEST + FENCE + 2);
        assert.equal(systemCalls['unregister_sender'], SELF_TEST + 2);
      });

      const ways = [
        'another thread',
        'the same vector fd',
        'a duplicate of it',
        'a second vector fd',
        'the bare uvec fd',
      ];

      it('know one target by whatever descriptor', async () => {
        const output = await onHardware(abi, ['sharing-fds']);
        assert.deepEqual(
          lines(output),
          ways.map((way) => `${way} true`),
        );
      });

      it('know one target by its vector fd alone without kcmp(2)', async () => {
        const result = await withoutKcmp(abi, ['sharing-fds']);
        assert.deepEqual([result.code, result.signal], [0, null], result.stderr);
        // What rfc-v1 says of a second connection.
        const unknown = abi === 'rfc-v1' ? 'EISCONN uintr_register_sender' : 'true';
        assert.deepEqual(
          lines(result.stdout),
          ways.map((way, i) => `${way} ${i < 3 ? 'true' : unknown}`),
        );
      });

      // On rfc-v1 a receiver has 64 descriptors, and one thread cannot fill its table with them.
      if (abi === 'uintr-next') {
        it('say ENOSPC when the target table is full, until one is closed; receivers do not', async () => {
          const output = await onHardware(abi, ['full-table']);
          assert.deepEqual(lines(output), [
            '255 ENOSPC uintr_register_sender',
            '9',
            'wait 3',
            'waitSync 3',
          ]);
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
