// Many threads make senders at the same moment; each must raise its own vector and no other. Prints
// the vectors that came. Arguments: folders of further copies of this package, for the threads in
// turn.
import { createRequire } from 'node:module';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import * as uintr from 'uintr';

interface Task {
  readonly index: number;
  readonly fds: readonly number[];
  readonly gate: Int32Array;
}

const WORKERS = 8;
const EACH = 3;

const copies = process.argv.slice(2);

function copy(index: number): typeof uintr {
  const folder = [undefined, ...copies][index % (copies.length + 1)];
  return folder === undefined ? uintr : (createRequire(__filename)(folder) as typeof uintr);
}

async function main(): Promise<void> {
  const receiver = new uintr.Receiver();
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const workers = Array.from({ length: WORKERS }, (_, w) => {
    const fds = Array.from({ length: EACH }, (_, i) => receiver.createFd(w * EACH + i).fd);
    const task: Task = { index: w, fds, gate };
    return new Worker(__filename, { argv: copies, workerData: task });
  });
  while (Atomics.load(gate, 0) < WORKERS) await new Promise((done) => setTimeout(done, 1));
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  const got = new Set<number>();
  while (got.size < WORKERS * EACH) got.add(await receiver.wait());
  console.log([...got].sort((a, b) => a - b).join());
  receiver.close();
  await Promise.all(workers.map((worker) => worker.terminate()));
}

if (isMainThread) void main();
else {
  const { index, fds, gate } = workerData as Task;
  const { Sender } = copy(index);
  Atomics.add(gate, 0, 1);
  Atomics.wait(gate, 1, 0);
  for (const sender of fds.map((fd) => new Sender(fd))) sender.send();
}
