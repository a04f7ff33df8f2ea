// The side that serves. Starts the other side, gives it a vector fd, takes one in return, and times
// the round trips.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type BackendChoice, FdSocket, inherit, Receiver, Sender, type VectorFd } from 'uintr';

export type Sides = 'threads' | 'processes';
/** How both sides wait: for interrupts in waitSync or in the event loop, or for Node's messages. */
export type Way = 'waitSync' | 'event loop' | 'messages';

export interface Match {
  readonly sides: Sides;
  readonly way: Way;
  /** Round trips to time, after the warm-up. */
  readonly rounds: number;
  readonly backend: BackendChoice;
}

const OTHER = path.join(__dirname, 'other.js');
/** The first rounds run cold code and do not count. */
const WARM_UP = 2000;
const PATIENCE_MS = 10_000;

/** What each round trip took, in microseconds. */
export async function play(match: Match): Promise<Float64Array> {
  const ends = new Float64Array(WARM_UP + match.rounds);
  let count = 0;
  // Only a store: a histogram would take longer than a round trip.
  const lap = (): boolean => {
    ends[count++] = performance.now();
    return count < ends.length;
  };
  await (match.way === 'messages' ? playMessages(match, lap) : playInterrupts(match, lap));
  return ends.subarray(WARM_UP).map((end, i) => (end - (ends[WARM_UP + i - 1] ?? NaN)) * 1000);
}

async function playInterrupts(match: Match, lap: () => boolean): Promise<void> {
  using receiver = new Receiver({ vectors: { ball: 0 }, backend: match.backend }); // uintr_register_handler
  using ball = receiver.createFd('ball'); // uintr_create_fd
  const [other, sender] = await (match.sides === 'threads'
    ? startThread(match, ball)
    : startProcess(match, ball));
  try {
    if (match.way === 'waitSync') {
      do {
        sender.send(); // SENDUIPI
        if (receiver.waitSync(PATIENCE_MS) === -1) throw new Error('the ball did not come back');
      } while (lap());
      return;
    }
    await new Promise<void>((resolve, reject) => {
      sender.once('disconnect', () => {
        reject(new Error('the other side is gone'));
      });
      receiver.on('ball', () => {
        if (lap()) sender.send();
        else resolve();
      });
      sender.send();
    });
  } finally {
    sender.close(); // uintr_unregister_sender
    await stop(other);
  }
}

/** Threads share their descriptors, so the numbers are enough. */
async function startThread({ way, backend }: Match, ball: VectorFd): Promise<[Worker, Sender]> {
  const argv = [way, backend];
  const worker = new Worker(OTHER, { argv, ...inherit({ ball }, { to: 'worker' }) });
  const [fd] = (await once(worker, 'message')) as [number];
  return [worker, new Sender(fd)]; // uintr_register_sender
}

/** A child inherits descriptors, and sends its own by SCM_RIGHTS, over a Unix socket. */
async function startProcess(
  { way, backend }: Match,
  ball: VectorFd,
): Promise<[ChildProcess, Sender]> {
  const [ours, theirs] = FdSocket.pair();
  using socket = ours;
  const fds = { ball, socket: theirs.fd };
  const child = fork(OTHER, [way, backend], inherit(fds, { to: 'fork' }));
  theirs.close(); // the child's end is the last one, and receive() notices its death
  const [fd] = (await socket.receive({ timeout: PATIENCE_MS }))?.fds ?? [];
  if (fd === undefined) throw new Error('the other side did not send its vector fd');
  const sender = new Sender(fd);
  closeSync(fd); // the sender has its own copy
  return [child, sender];
}

async function playMessages({ sides, way }: Match, lap: () => boolean): Promise<void> {
  const other = sides === 'threads' ? new Worker(OTHER, { argv: [way] }) : fork(OTHER, [way]);
  const send = (): void => {
    if (other instanceof Worker) other.postMessage(0);
    else other.send(0);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      other.once('error', reject);
      other.once('exit', () => {
        reject(new Error('the other side is gone'));
      });
      other.on('message', () => {
        if (lap()) send();
        else resolve();
      });
      send();
    });
  } finally {
    await stop(other);
  }
}

async function stop(other: Worker | ChildProcess): Promise<void> {
  if (other instanceof Worker) {
    await other.terminate();
    return;
  }
  if (other.exitCode !== null || other.signalCode !== null) return;
  other.kill();
  await once(other, 'exit');
}
