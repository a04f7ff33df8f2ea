import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fixture } from './remote.js';

/** Runs a case of a fixture until it ends by itself, or says that it lives on. */
export async function livesOn(name: string, which: string, address = ''): Promise<boolean> {
  // Some cases run out of descriptors.
  const child = spawn(
    'prlimit',
    ['--nofile=100:100', process.execPath, fixture(name), which, address],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    out += data;
    // The fixture has lived on for a while: lets it end.
    if (out.includes('alive')) child.stdin.end('x');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, `${which}: ${out}`);
  return out.includes('alive');
}

/** Called by the fixture. Does not keep the process alive itself. */
export function tellIfAlive(): void {
  setTimeout(() => {
    process.stdout.write('alive');
    process.stdin.once('data', () => process.exit(0));
  }, 300).unref();
}
