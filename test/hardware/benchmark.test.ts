import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../../scripts/bench/results.js';
import { ABIS, root, run, workshop } from '../support/testbed.js';

describe('the benchmark', function () {
  const file = workshop();

  for (const abi of ABIS) {
    it(`measures both backends where there is hardware: ${abi}`, async () => {
      const main = join(root, 'build/js/scripts/bench/main.js');
      const json = file('results.json');
      const little = ['--quick', '-r', '1', '-n', '20', '--mode', 'one core', '--json', json];
      const args = [...little, '--only', 'uintr (waitSync|event loop)( \\(hardware\\))? \\('];
      const result = await run(abi, [process.execPath, main, ...args]);
      assert.equal(result.code, 0, result.stderr);
      const { machine, failures, pingPong } = JSON.parse(readFileSync(json, 'utf8')) as Results;
      assert.deepEqual([machine.backend, failures], ['hardware', []]);
      assert.deepEqual(
        pingPong.map(({ contestant, runs }) => [contestant, runs]),
        ['', ' (hardware)'].flatMap((of) =>
          ['event loop', 'waitSync', 'event loop', 'waitSync'].map((way) => [
            `uintr ${way}${of}`,
            1,
          ]),
        ),
      );
    });
  }
});
