import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execute, lines, onHardware, program } from '../support/hardware.js';
import { type Abi, ABIS, type Result, run, type Stats, workshop } from '../support/testbed.js';

/** The registrations of the self-test: its fence, and a sender on each of two threads. */
const SELF_TEST = 3;
/** The registration of the receiver for its fence. */
const FENCE = 1;

describe('senders', function () {
  const file = workshop('test/hardware/programs', 'forbid_kcmp');

  /** Runs a program without kcmp(2), as Docker's containers do by default. */
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

      it('that many threads make at once get an index each', async () => {
        const expected = `${Array.from({ length: 24 }, (_, i) => i).join()}\n`;
        for (const knobs of [[], ['--racy-registration']]) {
          assert.equal(await onHardware(abi, ['registration'], { knobs }), expected);
        }
      });

      it('share one index per target, and give it back when the last one closes', async () => {
        const some = await calls('sharing', 'some');
        assert.equal(some['register_sender'], SELF_TEST + FENCE + 1);
        assert.equal(some['unregister_sender'], SELF_TEST);
        const all = await calls('sharing', 'all');
        assert.equal(all['register_sender'], SELF_TEST + FENCE + 2);
        assert.equal(all['unregister_sender'], SELF_TEST + 2);
      });

      it('of one vector fd share one index even without kcmp(2)', async () => {
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

      it('recognise a target by every descriptor of it', async () => {
        const output = await onHardware(abi, ['sharing-fds']);
        assert.deepEqual(
          lines(output),
          ways.map((way) => `${way} true`),
        );
      });

      it('recognise a target only by its vector fd without kcmp(2)', async () => {
        const result = await withoutKcmp(abi, ['sharing-fds']);
        assert.deepEqual([result.code, result.signal], [0, null], result.stderr);
        // rfc-v1 refuses a second connection with EISCONN.
        const unknown = abi === 'rfc-v1' ? 'EISCONN uintr_register_sender' : 'true';
        assert.deepEqual(
          lines(result.stdout),
          ways.map((way, i) => `${way} ${i < 3 ? 'true' : unknown}`),
        );
      });

      // On rfc-v1 a receiver has 64 descriptors, and one thread cannot fill its table with them.
      if (abi === 'uintr-next') {
        it('fail with ENOSPC while the target table is full, and receivers do not', async () => {
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
        it(`make no system call to an awake receiver, and one to a sleeping one: ${how}`, async () => {
          const counted: unknown = JSON.parse(await onHardware(abi, ['counting', how]));
          assert.deepEqual(counted, { awake: 0, most: 1 });
        });
      }
    });
  }
});
