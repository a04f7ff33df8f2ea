import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ABIS, boundMs, root, run, workshop } from '../support/testbed.js';

describe('the ping-pong example', function () {
  this.timeout(boundMs);
  workshop();

  for (const abi of ABIS) {
    it(`runs on the hardware backend in all modes: ${abi}`, async () => {
      const main = join(root, 'build/js/examples/ping-pong/main.js');
      const args = ['--backend', 'hardware', '--count', '300', '--json'];
      const result = await run(abi, [process.execPath, main, ...args]);
      assert.equal(result.code, 0, result.stderr);
      console.log(result.stdout);
    });
  }
});
