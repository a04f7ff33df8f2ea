// The other player as a program of its own: a worker or a child process, started by table.ts.

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { FdSocket, Receiver, Sender } from 'uintr';
import { CHILD_FDS, type Match, receiverOptions, type ThreadData } from './match.js';
import { answer } from './players.js';

async function playAsThread({ match, vectorFd }: ThreadData): Promise<void> {
  using receiver = new Receiver(receiverOptions(match)); // uintr_register_handler
  using ball = receiver.createFd('ball'); // uintr_create_fd
  using sender = new Sender(vectorFd); // uintr_register_sender
  parentPort?.postMessage(ball.fd);
  await answer({ receiver, sender }, match);
}

async function playAsProcess(match: Match): Promise<void> {
  using receiver = new Receiver(receiverOptions(match));
  using ball = receiver.createFd('ball');
  using sender = new Sender(CHILD_FDS.vectorFd); // inherited through stdio
  using socket = new FdSocket(CHILD_FDS.socket);
  socket.send('ball', [ball.fd]); // upwards a descriptor goes by SCM_RIGHTS only
  await answer({ receiver, sender }, match);
}

void (isMainThread
  ? playAsProcess(JSON.parse(process.argv[2] ?? '') as Match)
  : playAsThread(workerData as ThreadData));
