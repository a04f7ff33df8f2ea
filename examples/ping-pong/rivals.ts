// What Node itself has for the job, timed the same way.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Laps } from './laps.js';
import type { Sides } from './match.js';

const ECHO = path.join(__dirname, 'echo.js');

export const RIVALS: Record<Sides, string> = {
  threads: 'MessagePort',
  processes: 'process.send',
};

export async function playRival(sides: Sides, laps: Laps): Promise<void> {
  if (sides === 'threads') {
    const worker = new Worker(ECHO);
    await exchange(
      worker,
      () => {
        worker.postMessage(0);
      },
      laps,
    );
    await worker.terminate();
  } else {
    const child = fork(ECHO);
    await exchange(
      child,
      () => {
        child.send(0);
      },
      laps,
    );
    child.kill();
    await once(child, 'exit');
  }
}

async function exchange(echo: NodeJS.EventEmitter, send: () => void, laps: Laps): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    echo.once('error', reject);
    echo.once('exit', (status) => {
      reject(new Error(`the other side has left with status ${String(status)}`));
    });
    echo.on('message', () => {
      if (laps.lap()) send();
      else resolve();
    });
    send();
  });
}
