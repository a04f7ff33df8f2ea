import assert from 'node:assert/strict';
import { capabilities } from 'uintr';
import { source } from '../support/examples.js';
import { execute } from '../support/testbed.js';

// test/hardware/examples.test.ts runs the example on hardware.
describe('the C sender example', () => {
  it('says why there is no hardware', async () => {
    const { code, stdout, stderr } = await execute([process.execPath, source('c-sender/main.mjs')]);
    assert.deepEqual([code, stdout], [1, '']);
    const { reason } = capabilities();
    const needs = 'c-sender needs the hardware backend, and it is not available';
    assert.equal(stderr, `${needs}: ${reason}\n`);
  });
});
