import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';

describe('a process', () => {
  for (const way of [
    'at once, with everything open',
    'in a listener',
    'in a listener while busy polling',
    'in a disconnect listener',
    'in the body of an iteration',
    'after a worker that still listens',
    'by itself, with everything closed',
    'by itself, with senders open',
    'with the garbage collected',
  ]) {
    it(`exits cleanly ${way}`, () => {
      const { status, signal, stdout, stderr } = spawnSync(
        process.execPath,
        [fixture('exiting'), way],
        { encoding: 'utf8', timeout: PATIENCE_MS },
      );
      assert.deepEqual(
        { status, signal, stdout, stderr },
        { status: 7, signal: null, stdout: 'exit 7', stderr: '' },
      );
    });
  }
});
