// Brings two players together: starts the other one, and each gives the other its vector fd.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Backend, FdSocket, Receiver, Sender, type VectorFd } from 'uintr';
import type { Laps } from './laps.js';
import { type Match, PATIENCE_MS, receiverOptions, type Sides, type ThreadData } from './match.js';
import { serve } from './players.js';

const OPPONENT = path.join(__dirname, 'opponent.js');

/** Plays one match against a new opponent. Returns the backend that it was played on. */
export async function play(sides: Sides, match: Match, laps: Laps): Promise<Backend> {
  using receiver = new Receiver(receiverOptions(match)); // uintr_register_handler
  using ball = receiver.createFd('ball'); // uintr_create_fd
  await using opponent = await (sides === 'threads' ? startThread : startProcess)(match, ball);
  using sender = new Sender(opponent.vectorFd); // uintr_register_sender
  await Promise.race([serve({ receiver, sender }, match, laps), opponent.lost]);
  return receiver.backend;
}

interface Opponent extends AsyncDisposable {
  /** The descriptor that raises its ball. */
  readonly vectorFd: number;
  /** Rejects when the opponent fails. */
  readonly lost: Promise<never>;
}

async function startThread(match: Match, ball: VectorFd): Promise<Opponent> {
  const workerData: ThreadData = { match, vectorFd: ball.fd };
  const worker = new Worker(OPPONENT, { workerData });
  const [vectorFd] = (await once(worker, 'message')) as [number];
  return {
    vectorFd, // the worker's own: threads share their descriptors
    lost: failureOf(worker),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}

function startProcess(match: Match, ball: VectorFd): Opponent {
  const [ours, theirs] = FdSocket.pair();
  using socket = ours;
  const child = spawn(process.execPath, [OPPONENT, JSON.stringify(match)], {
    stdio: ['ignore', 'inherit', 'inherit', ball.fd, theirs.fd], // CHILD_FDS
  });
  theirs.close(); // so that the child's end is the last one, and its death is seen
  const lost = failureOf(child);
  const message = socket.receiveSync(PATIENCE_MS);
  const [vectorFd] = message?.fds ?? [];
  if (vectorFd === undefined) throw new Error('the opponent did not send its vector fd');
  return {
    vectorFd,
    lost,
    [Symbol.asyncDispose]: async () => {
      closeSync(vectorFd);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

function failureOf(opponent: Worker | ChildProcess): Promise<never> {
  const lost = new Promise<never>((_, reject) => {
    opponent.once('error', reject);
    opponent.once('exit', (status: number | null) => {
      if (status !== 0) reject(new Error(`the opponent has left with status ${String(status)}`));
    });
  });
  lost.catch(() => undefined); // nobody may be waiting for it yet, or any more
  return lost;
}
