// Runs detection for the first time in this process, and prints what it found. Fails when the
// action for SIGILL is not as before. Argument: the thread, main or worker.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import type { Capabilities } from 'uintr';

const signals = (): string =>
  readFileSync('/proc/thread-self/status', 'latin1')
    .split('\n')
    .filter((line) => /^Sig(Blk|Ign|Cgt)/.test(line))
    .join();

async function detect(): Promise<Capabilities> {
  const { capabilities } = await import('uintr');
  const before = signals();
  const found = capabilities();
  const after = signals();
  if (before !== after) throw new Error(`${before} has become ${after}`);
  return found;
}

async function main(where: string): Promise<void> {
  const caught = new Promise<void>((done) => {
    process.once('SIGILL', () => {
      done();
    });
  });
  let first: unknown;
  if (where === 'worker')
    [first] = (await once(new Worker(__filename), 'message')) as [Capabilities];
  const found = await detect();
  if (first !== undefined && JSON.stringify(first) !== JSON.stringify(found)) {
    throw new Error('the worker has found something else');
  }
  const alive = setInterval(() => {}, 1000); // a signal listener does not keep the process alive
  process.kill(process.pid, 'SIGILL');
  await caught;
  clearInterval(alive);
  process.stdout.write(JSON.stringify(found));
}

if (isMainThread) void main(process.argv[2] ?? '');
else void detect().then((found) => parentPort?.postMessage(found));
