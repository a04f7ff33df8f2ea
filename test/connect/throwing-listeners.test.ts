import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { folder } from '../support/addresses.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';

describe('what a listener throws', () => {
  const file = folder();

  it('is an uncaught exception for every event, and close() throws nothing', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [fixture('throwing-peer-listeners'), file('.')],
      { encoding: 'utf8', timeout: PATIENCE_MS },
    );
    assert.ok(stdout !== '', stderr);
    const { uncaught, thrown } = JSON.parse(stdout) as { uncaught: string[]; thrown: string[] };
    assert.deepEqual(
      uncaught,
      [
        ...['close', 'connect', 'disconnect'].flatMap((event) => [
          `connection 0 ${event}`,
          `connection 1 ${event}`,
        ]),
        'listener connection',
        ...['close', 'connection', 'disconnect', 'refusal'].map((event) => `rendezvous ${event}`),
      ]
        .map((where) => `${where}: uncaughtException`)
        .sort(),
    );
    assert.deepEqual(thrown, []);
  });
});
