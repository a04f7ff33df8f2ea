// Several threads with a receiver and a sender each end; the testbed counts the system calls.
// Argument: how they end (terminate, worker-exit, throw, leave, exit).
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';

function open(): Receiver {
  const receiver = new Receiver();
  const sender = new Sender(receiver.createFd(1));
  sender.send();
  if (receiver.waitSync() !== 1) throw new Error('not interrupted');
  return receiver;
}

async function main(how: string): Promise<void> {
  const receiver = open();
  const workers = [1, 2, 3].map(() => new Worker(__filename, { argv: [how] }));
  await Promise.all(
    workers.map(async (worker) => {
      const ended = new Promise((done) => worker.once('exit', done));
      worker.on('error', () => {});
      await new Promise((done) => worker.once('message', done));
      if (how === 'terminate') await worker.terminate();
      await ended;
    }),
  );
  new Sender(receiver.createFd(2)).send();
  console.log(receiver.poll());
  if (how === 'exit') process.exit();
}

if (isMainThread) void main(process.argv[2] ?? '');
else {
  const receiver = open();
  parentPort?.postMessage('open');
  switch (process.argv[2]) {
    case 'terminate':
      receiver.waitSync();
      break;
    case 'worker-exit':
    case 'exit':
      setImmediate(() => process.exit());
      break;
    case 'throw':
      setImmediate(() => {
        throw new Error('on purpose');
      });
      break;
    default:
  }
}
