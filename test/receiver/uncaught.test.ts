import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';

describe('a listener that throws', () => {
  for (const how of ['event loop', 'busy poll']) {
    it(`is an uncaughtException, and the other vectors are still delivered (${how})`, () => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [fixture('throwing-listener'), how],
        { encoding: 'utf8', timeout: PATIENCE_MS },
      );
      assert.equal(stderr, '');
      assert.equal(status, 0);
      assert.deepEqual(JSON.parse(stdout), {
        heard: [3, 2, 1, 3],
        uncaught: ['at 3', 'at 2', 'at 1', 'at 3'],
        waited: 3,
      });
    });
  }

  it('does not hide what a listener of the name throws, too', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fixture('throwing-listener'), 'name'],
      { encoding: 'utf8', timeout: PATIENCE_MS },
    );
    assert.deepEqual([status, stderr], [0, '']);
    const { uncaught } = JSON.parse(stdout) as { uncaught: string[] };
    assert.deepEqual(uncaught.sort(), ['at 1', 'at 2', 'at 3', 'at 3', 'name', 'name']);
  });

  it('ends the process where nothing handles the error, with the stack of the listener', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [fixture('throwing-listener'), 'no handler'],
      { encoding: 'utf8', timeout: PATIENCE_MS },
    );
    assert.equal(status, 1);
    assert.match(stderr, /Error: at 3\n\s+at .*throwing-listener/);
  });
});
