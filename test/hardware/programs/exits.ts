// The process ends in the way that the argument names, with a receiver open. In the listener of
// `exit` the receiver is interrupted once more.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';

const receiver = new Receiver();
const sender = new Sender(receiver.createFd(1));

const ways: Record<string, () => unknown> = {
  'at its natural end': () => {},
  'by process.exit()': () => process.exit(),
  'by process.exit() in an interrupt listener': () => {
    receiver.on('interrupt', () => process.exit());
    sender.send();
  },
  'by process.exit() while a worker has a receiver, too': () => {
    new Worker(__filename).on('message', () => process.exit());
  },
  'after process.exit() in a worker': () => {
    new Worker(__filename, { argv: ['exit'] });
  },
  'by an uncaught exception': () => {
    throw new Error('on purpose');
  },
  'by an uncaught exception in an interrupt listener': () => {
    receiver.on('interrupt', () => {
      throw new Error('on purpose');
    });
    sender.send();
  },
  'by an unhandled rejection': () => Promise.reject(new Error('on purpose')),
  // Some packages wrap process.reallyExit() and end like this.
  'by process.reallyExit()': () => {
    process.emit('exit', 0);
    (process as unknown as { reallyExit(code: number): void }).reallyExit(0);
  },
};

if (isMainThread) {
  process.on('exit', () => {
    receiver.poll();
    sender.send();
    console.log('exit', receiver.poll());
  });
  void ways[process.argv[2] ?? '']?.();
} else {
  if (process.argv[2] === 'exit') process.exit();
  receiver.on('interrupt', () => {});
  parentPort?.postMessage('open');
}
