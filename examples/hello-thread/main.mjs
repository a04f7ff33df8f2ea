// A worker thread interrupts the main thread, once.

import { Worker } from 'node:worker_threads';
import { Receiver } from 'uintr';

const receiver = new Receiver({ vectors: { hello: 0 } });
const { fd } = receiver.createFd('hello');
receiver.once('hello', () => {
  console.log(`hello, by the ${receiver.backend} backend`);
}); // the process may end: nobody listens any more
new Worker(new URL('worker.mjs', import.meta.url), { workerData: fd }); // threads share descriptors
