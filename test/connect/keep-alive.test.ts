import assert from 'node:assert/strict';
import { folder } from '../support/addresses.js';
import { livesOn } from '../support/keep-alive.js';

describe('the process, connected', () => {
  const file = folder();

  for (const which of [
    'a socket that receives',
    'a listener',
    'a listener without descriptors left',
  ]) {
    it(`is kept alive by ${which}`, async () => {
      assert.equal(await livesOn('keep-alive-connect', which, file('socket')), true);
    });
  }

  for (const which of [
    'an unref socket that receives with a timeout',
    'an unref rendezvous in a handshake',
    'a connection that comes back to a silent listener',
  ]) {
    it(`is not kept alive by ${which}`, async () => {
      assert.equal(await livesOn('keep-alive-connect', which, file('socket')), false);
    });
  }
});
