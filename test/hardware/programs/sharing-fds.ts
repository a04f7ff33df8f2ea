// Makes a second sender of one vector of one receiver: on another thread, and on this thread
// through other descriptors. Prints whether it works; the first sender goes on in any case.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { FdSocket, Receiver, Sender, UintrError } from 'uintr';
import { PATIENCE_MS } from '../../support/patience.js';

const receiver = new Receiver();

/** A duplicate of a descriptor, as another process or thread would have it. */
function duplicate(fd: number): number {
  const [from, to] = FdSocket.pair();
  from.send('fd', [fd]);
  const copy = to.receiveSync(PATIENCE_MS)?.fds[0] ?? -1;
  from.close();
  to.close();
  return copy;
}

function interrupts(sender: Sender): boolean {
  sender.send();
  return receiver.waitSync(PATIENCE_MS) === 5;
}

function attempt(how: string, firstFd: number, secondFd: number): void {
  const first = new Sender(firstFd);
  try {
    const second = new Sender(secondFd);
    console.log(how, interrupts(second));
    second.close();
  } catch (error) {
    if (!(error instanceof UintrError)) throw error;
    console.log(how, error.code, error.syscall);
  }
  if (!interrupts(first)) throw new Error('the first sender is lost');
  first.close();
}

const { fd, uvecFd = -1 } = receiver.createFd(5);
const first = new Sender(fd);
new Worker(path.join(__dirname, '../../fixtures/send-once.js'), { workerData: fd });
console.log('another thread', receiver.waitSync(PATIENCE_MS) === 5);
first.close();
attempt('the same vector fd', fd, fd);
attempt('a duplicate of it', fd, duplicate(fd));
attempt('a second vector fd', fd, receiver.createFd(5).fd);
attempt('the bare uvec fd', uvecFd, duplicate(uvecFd));
receiver.close();
