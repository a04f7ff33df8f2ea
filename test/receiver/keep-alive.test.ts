import assert from 'node:assert/strict';
import { livesOn } from '../support/keep-alive.js';

describe('the process', () => {
  for (const which of ['listener', 'wait', 'iterator', 'ref after unref', 'named listener']) {
    it(`is kept alive by a receiver: ${which}`, async () => {
      assert.equal(await livesOn('keep-alive', which), true);
    });
  }

  for (const which of [
    'no listener',
    'listener removed',
    'unref',
    'unref before listening',
    'unref, wait',
    'wait served',
    'wait aborted',
    'closed',
    'sender',
    'vector fd',
  ]) {
    it(`is not kept alive: ${which}`, async () => {
      assert.equal(await livesOn('keep-alive', which), false);
    });
  }
});
