// The thread that posts to the patient (patient.ts): a moment after the patient asks for it, so
// that the patient has gone to sleep.

import { parentPort, workerData } from 'node:worker_threads';
import { Sender } from '../../core/sender.js';
import { type Failure, failureOf } from './report.js';

export interface PosterData {
  readonly fd: number;
  /** Counts the posts asked for. Not a message: the patient's thread may be blocked. */
  readonly gate: Int32Array;
}

const MOMENT_MS = 20;

function open(fd: number): Sender | Failure {
  try {
    return new Sender(fd);
  } catch (error) {
    return failureOf(error);
  }
}

const { fd, gate } = workerData as PosterData;
const sender = open(fd);
if (sender instanceof Sender) {
  parentPort?.postMessage(null);
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (let posted = 0; ; ++posted) {
    Atomics.wait(gate, 0, posted);
    Atomics.wait(nobody, 0, 0, MOMENT_MS);
    sender.send();
  }
} else {
  parentPort?.postMessage(sender);
}
