import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fixture } from './remote.js';

/** Runs a case of a fixture until it ends by itself, or has told that it lives on. */
export async function livesOn(name: string, which: string, address = ''): Promise<boolean> {
  // Some run out of descriptors.
  const child = spawn(
    'prlimit',
    ['--nofile=100:100', process.execPath, fixture(name), which, address],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
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

/** Called by such a fixture: it does not keep the process alive itself. */
export function tellIfAlive(): void {
  setTimeout(() => {
    process.stdout.write('alive');
    process.stdin.once('data', () => process.exit(0));
  }, 300).unref();
}
