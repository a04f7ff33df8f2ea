// Makes senders until the target table is full. Prints the error, whether closing one makes room,
// and the interrupts of another receiver of the process, for whose fence the table had no room.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { Receiver, Sender, UintrError } from 'uintr';

async function main(): Promise<void> {
  const receiver = new Receiver();
  const senders: Sender[] = [];
  try {
    for (let i = 0; i < 300; i++) senders.push(new Sender(receiver.createFd(9)));
  } catch (error) {
    if (!(error instanceof UintrError)) throw error;
    console.log(senders.length, error.code, error.syscall);
  }
  senders[100]?.close();
  new Sender(receiver.createFd(9)).send();
  console.log(receiver.waitSync());

  const worker = new Worker(__filename);
  const [fd] = (await once(worker, 'message')) as [number];
  senders[101]?.close();
  const sender = new Sender(fd);
  for (let i = 0; i < 2; i++) {
    const heard = once(worker, 'message');
    sender.send();
    const [[how, vector]] = (await heard) as [[string, number]];
    console.log(how, vector);
  }
  await once(worker, 'exit');
  receiver.close();
}

async function other(): Promise<void> {
  const receiver = new Receiver();
  parentPort?.postMessage(receiver.createFd(3).fd);
  parentPort?.postMessage(['wait', await receiver.wait()]);
  parentPort?.postMessage(['waitSync', receiver.waitSync()]);
  receiver.close();
}

void (isMainThread ? main() : other());
