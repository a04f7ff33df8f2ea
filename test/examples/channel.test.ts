import assert from 'node:assert/strict';
import { source } from '../support/examples.js';
import { execute } from '../support/testbed.js';

describe('the example of a channel', () => {
  it('asks, is answered, and ends on both sides', async () => {
    const main = source('channel/main.mjs');
    const { code, stdout, stderr } = await execute([process.execPath, main]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, 'apple 0.5\npear 0.75\nplum null\nprices: closed\n');
  });
});
