import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fixture } from '../support/remote.js';

/** Runs a case of fixtures/keep-alive.ts until it ends by itself, or has told that it lives on. */
async function livesOn(which: string): Promise<boolean> {
  const child = spawn(process.execPath, [fixture('keep-alive'), which], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    out += data;
    // Lived on for a while: have it end.
    if (out.includes('alive')) child.stdin.end('x');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, `${which}: ${out}`);
  return out.includes('alive');
}

describe('the process', () => {
  for (const which of ['listener', 'wait', 'iterator', 'ref after unref', 'named listener']) {
    it(`is kept alive by a receiver: ${which}`, async () => {
      assert.equal(await livesOn(which), true);
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
      assert.equal(await livesOn(which), false);
    });
  }
});
