// The side that answers, a worker or a child process of play.ts. It ends with the other side.

import { isMainThread, parentPort } from 'node:worker_threads';
import { type BackendChoice, FdSocket, inherited, Receiver, Sender } from 'uintr';
import type { Way } from './play.js';

const PATIENCE_MS = 10_000;

function answerMessages(): void {
  if (isMainThread) process.on('message', (message) => process.send?.(message));
  else parentPort?.on('message', (message) => parentPort?.postMessage(message));
}

function answerInterrupts(way: Way, backend: BackendChoice): void {
  const { ball: target = -1, socket: socketFd = -1 } = inherited();
  const sender = new Sender(target);
  const receiver = new Receiver({ vectors: { ball: 0 }, backend });
  const ball = receiver.createFd('ball');
  if (way === 'event loop') {
    receiver.on('ball', () => {
      sender.send();
    });
    sender.once('disconnect', () => {
      receiver.close();
    });
  }
  if (isMainThread) {
    using socket = new FdSocket(socketFd);
    socket.send('ball', [ball.fd]);
  } else {
    parentPort?.postMessage(ball.fd);
  }
  if (way === 'waitSync') {
    while (receiver.waitSync(PATIENCE_MS) !== -1) sender.send();
    receiver.close();
  }
}

const [, , way, backend] = process.argv as [string, string, Way, BackendChoice];
if (way === 'messages') answerMessages();
else answerInterrupts(way, backend);
