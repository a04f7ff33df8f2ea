// Starts children in every way while interrupts arrive. Prints which of their descriptors are uvec
// fds, and whether interrupts arrived all the time.
import { execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import path from 'node:path';
import { Receiver, Sender } from 'uintr';

function uvecFds(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /uvecfd|uintrfd/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false; // the descriptor of the listing itself
    }
  });
}

async function main(): Promise<void> {
  const receiver = new Receiver();
  const fd = receiver.createFd(7);
  const own = new Sender(receiver.createFd(8));
  const worker = new Worker(path.join(__dirname, '../../fixtures/storm.js'), {
    workerData: [fd.fd],
  });
  let interrupts = 0;
  receiver.on('interrupt', () => interrupts++);
  await once(worker, 'message');
  if (uvecFds().length === 0) throw new Error('no uvec fd recognised');

  const found: string[] = [];
  for (let i = 0; i < 2; i++) {
    const before = interrupts;
    found.push(execFileSync(process.execPath, [__filename, 'child'], { encoding: 'utf8' }));
    found.push(spawnSync(process.execPath, [__filename, 'child'], { encoding: 'utf8' }).stdout);
    const child = spawn(process.execPath, [__filename, 'child'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => found.push(text));
    await once(child, 'close');
    const forked = fork(__filename, ['child'], { stdio: 'inherit' });
    forked.on('message', (text) => found.push(text as string));
    await once(forked, 'close');
    own.send();
    if (interrupts <= before) throw new Error('no interrupts any more');
  }
  console.log(found.length, JSON.stringify([...new Set(found)]));
  receiver.close();
  await worker.terminate();
}

if (process.argv[2] === 'child') {
  const text = JSON.stringify(uvecFds());
  if (process.send === undefined) process.stdout.write(text);
  else process.send(text);
} else {
  void main();
}
