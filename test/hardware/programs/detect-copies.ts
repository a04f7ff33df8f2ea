// Two copies of this package look for hardware for the first time, the second one while the first
// is still at it (slow_sigill.c). Prints their answers, and whether the action for SIGILL is as
// before. Argument: the folder of the second copy.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type * as uintr from 'uintr';

interface Task {
  readonly name: string;
  readonly gate: Int32Array;
}

const caught = (): string | undefined =>
  /^SigCgt:.*/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[0];

async function main(folder: string): Promise<void> {
  const before = caught();
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const workers = ['uintr', folder].map((name) => {
    const task: Task = { name, gate };
    return new Worker(__filename, { workerData: task });
  });
  const answers = Promise.all(workers.map((worker) => once(worker, 'message')));
  while (Atomics.load(gate, 0) < workers.length) await new Promise((done) => setTimeout(done, 1));
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  console.log((await answers).flat().join(), caught() === before);
}

if (isMainThread) void main(process.argv[2] ?? '');
else {
  const { name, gate } = workerData as Task;
  const { capabilities } = createRequire(__filename)(name) as typeof uintr;
  Atomics.add(gate, 0, 1);
  Atomics.wait(gate, 1, 0);
  if (name !== 'uintr') Atomics.wait(gate, 1, 1, 100);
  parentPort?.postMessage(capabilities().backend);
}
