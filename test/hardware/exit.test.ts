import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execute } from '../support/hardware.js';
import { ABIS, type Stats, workshop } from '../support/testbed.js';

/** The exit status, and the number of receivers. */
const WAYS: Readonly<Record<string, readonly [code: number, receivers: number]>> = {
  'at its natural end': [0, 1],
  'by process.exit()': [0, 1],
  'by process.exit() in an interrupt listener': [0, 1],
  'by process.exit() while a worker has a receiver, too': [0, 2],
  'after process.exit() in a worker': [0, 2],
  'by an uncaught exception': [1, 1],
  'by an uncaught exception in an interrupt listener': [1, 1],
  'by an unhandled rejection': [1, 1],
  'by process.reallyExit()': [0, 1],
};

describe('a process that ends', function () {
  const file = workshop();

  for (const abi of ABIS) {
    describe(abi, () => {
      for (const [way, [code, receivers]] of Object.entries(WAYS)) {
        it(`${way} unregisters every handler, after its last listener`, async () => {
          const name = file('stats.json');
          const result = await execute(abi, ['exits', way], { knobs: [`--stats=${name}`] });
          assert.deepEqual(
            [result.code, result.signal, result.stdout],
            [code, null, 'exit 1\n'],
            result.stderr,
          );
          const { systemCalls: calls } = JSON.parse(readFileSync(name, 'utf8')) as Stats;
          // The probe calls both once, the self-test once, and each receiver once.
          assert.equal(calls['register_handler'], 2 + receivers);
          assert.equal(calls['unregister_handler'], 2 + receivers);
        });
      }
    });
  }
});
