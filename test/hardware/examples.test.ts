import assert from 'node:assert/strict';
import { checkPingPong, compiled, source } from '../support/examples.js';
import { ABIS, expectLines, run, workshop } from '../support/testbed.js';

describe('the examples on hardware', function () {
  workshop();

  for (const abi of ABIS) {
    it(`ping-pong uses the hardware backend in all rows: ${abi}`, async () => {
      const args = ['--backend', 'hardware', '--rounds', '500'];
      const command = [process.execPath, compiled('ping-pong/main'), ...args];
      const { code, stdout, stderr } = await run(abi, command);
      assert.equal(code, 0, stderr);
      assert.ok(stdout.startsWith(`Node ${process.version}, hardware backend: `), stdout);
      checkPingPong(stdout);
    });

    it(`c-sender compiles its C program, which interrupts Node: ${abi}`, async () => {
      const command = [process.execPath, source('c-sender/main.mjs')];
      const ticks = [1, 2, 3].map((tick) => `tick ${tick} from C`);
      await expectLines(abi, command, ticks);
    });
  }
});
