// Many threads make senders at the same moment; each must raise its own vector and no other.
// Prints the number of interrupts.
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';

interface Task {
  readonly fds: readonly number[];
  readonly gate: Int32Array;
}

const WORKERS = 8;
const EACH = 3;

async function main(): Promise<void> {
  const receiver = new Receiver();
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const workers = Array.from({ length: WORKERS }, (_, w) => {
    const fds = Array.from({ length: EACH }, (_, i) => receiver.createFd(w * EACH + i).fd);
    return new Worker(__filename, { workerData: { fds, gate } satisfies Task });
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
  const { fds, gate } = workerData as Task;
  Atomics.add(gate, 0, 1);
  Atomics.wait(gate, 1, 0);
  for (const sender of fds.map((fd) => new Sender(fd))) sender.send();
}
