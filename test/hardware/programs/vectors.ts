// A receiver that hands out all 64 vectors, that of the fence among them, and is interrupted on
// each, awake and asleep. Argument: how to wait (loop, sync).
import { parentPort, isMainThread, Worker, workerData } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';

const ROUNDS = 4;

async function main(how: string): Promise<void> {
  const receiver = new Receiver();
  const fds: number[] = [];
  for (let vector = 0; vector < 64; vector++) {
    // The fence has the lowest vector that is left, so it has to move each time.
    const fd = receiver.createFd(vector);
    fds.push(fd.fd);
    const sender = new Sender(fd);
    sender.send();
    const got = how === 'sync' ? receiver.waitSync() : await receiver.wait();
    if (got !== vector) throw new Error(`${got} instead of ${vector}`);
    sender.close();
  }
  const worker = new Worker(__filename, { workerData: fds });
  const order = Array.from({ length: 64 * ROUNDS }, (_, i) => (i * 37) % 64);
  for (const vector of order) {
    worker.postMessage(vector);
    const got = how === 'sync' ? receiver.waitSync() : await receiver.wait();
    if (got !== vector) throw new Error(`${got} instead of ${vector}`);
  }
  console.log(receiver.poll(), order.length);
  receiver.close();
  await worker.terminate();
}

if (isMainThread) void main(process.argv[2] ?? '');
else {
  const senders = (workerData as number[]).map((fd) => new Sender(fd));
  parentPort?.on('message', (vector: number) => {
    senders[vector]?.send();
  });
}
