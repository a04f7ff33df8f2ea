// Prints how many system calls send() makes, as the testbed counts them: to an awake receiver, and
// to a receiver that sleeps in the way that the argument names (loop, sync).
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';
import { collect } from '../../support/collect.js';

// When a function gets hot, V8 compiles it on another thread, and puts the code into place by several
// system calls on this one, perhaps in a send() that is counted.
setFlagsFromString('--no-maglev');
setFlagsFromString('--no-opt');

function systemCalls(): number {
  const text = readFileSync('/proc/thread-self/uintr-testbed', 'utf8');
  return (JSON.parse(text) as { systemCalls: number }).systemCalls;
}

/** Counts the system calls of the work, except for those of reading and of garbage collection. */
function during(work: () => void): number {
  collect({ type: 'minor' });
  const reading = -(systemCalls() - systemCalls());
  const before = systemCalls();
  work();
  return systemCalls() - before - reading;
}

async function main(how: string): Promise<void> {
  const receiver = new Receiver();
  const own = new Sender(receiver.createFd(1));
  const awake = during(() => {
    for (let i = 0; i < 1000; i++) own.send();
  });
  const worker = new Worker(__filename, { workerData: how });
  const fd = await new Promise<number>((done) => worker.once('message', done));
  const sender = new Sender(fd);
  const asleep: number[] = [];
  for (let i = 0; i < 30; i++) {
    await sleep(5);
    asleep.push(
      during(() => {
        sender.send();
      }),
    );
  }
  console.log(JSON.stringify({ awake, most: Math.max(...asleep) }));
  receiver.close();
  await worker.terminate();
}

if (isMainThread) void main(process.argv[2] ?? '');
else {
  const receiver = new Receiver();
  parentPort?.postMessage(receiver.createFd(4).fd);
  if (workerData === 'loop') receiver.on('interrupt', () => {});
  else for (;;) receiver.waitSync();
}
