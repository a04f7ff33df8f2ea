// Two threads post to each other in turn after random gaps, so that a post meets its receiver at
// every moment of its falling asleep. Prints the number of rounds, and the number of stalls: rounds
// so long that only the end of a slice of sleep can have ended them.
// Arguments: how to wait (loop, busy, sync), rounds, and `foreign` for the option foreignSenders.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';

const [how = '', rounds = '', foreign] = process.argv.slice(2);
const count = Number(rounds);
const receiver = new Receiver({
  foreignSenders: foreign === 'foreign',
  busyPollMicros: how === 'busy' ? 200 : 0,
});
const vector = isMainThread ? 9 : 40;

/** Spins for up to 100 microseconds, often for none. */
function gap(): void {
  if (Math.random() < 0.5) return;
  const end = performance.now() + Math.random() / 10;
  while (performance.now() < end);
}

let stalls = 0;
let last = performance.now();
function lap(): void {
  const now = performance.now();
  if (now - last > 40) stalls++; // a slice is 50 ms
  last = now;
}

function play(sender: Sender, begins: boolean, finish: () => void): void {
  let received = 0;
  const answer = (): void => {
    received++;
    lap();
    gap();
    if (!begins || received < count) sender.send();
    if (received === count && how !== 'sync') finish();
  };
  if (how === 'sync') {
    if (begins) sender.send();
    while (received < count) {
      if (receiver.waitSync() !== vector) throw new Error('another vector');
      answer();
    }
    finish();
    return;
  }
  receiver.on('interrupt', (got) => {
    if (got !== vector) throw new Error('another vector');
    answer();
  });
  if (begins) sender.send();
}

// Both receivers close when both threads are done: if one closed on its last interrupt, the send()
// that posted it could find the receiver gone and throw.
if (isMainThread) {
  const argv = process.argv.slice(2);
  const worker = new Worker(__filename, { argv, workerData: receiver.createFd(vector).fd });
  const done = new Promise((resolve) => {
    worker.once('message', (fd: number) => {
      worker.once('message', resolve);
      worker.postMessage('begin');
      play(new Sender(fd), true, () => {
        void done.then(() => {
          receiver.close();
          worker.postMessage('end');
          process.stdout.write(JSON.stringify({ rounds: count, stalls }));
        });
      });
    });
  });
} else {
  parentPort?.postMessage(receiver.createFd(vector).fd);
  parentPort?.once('message', () => {
    parentPort?.once('message', () => {
      receiver.close();
    });
    play(new Sender(workerData as number), false, () => parentPort?.postMessage('done'));
  });
}
