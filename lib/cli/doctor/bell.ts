// The thread that rings the patient (patient.ts): a moment after it is told to, when the patient
// has gone to sleep.

import { parentPort, workerData } from 'node:worker_threads';
import { Sender } from '../../core/sender.js';
import { type Failure, failureOf } from './report.js';

export interface BellData {
  readonly fd: number;
  /** Counts how often it is to ring. Not a message: the patient's thread may be blocked. */
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

const { fd, gate } = workerData as BellData;
const sender = open(fd);
if (sender instanceof Sender) {
  parentPort?.postMessage(null);
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (let rung = 0; ; ++rung) {
    Atomics.wait(gate, 0, rung);
    Atomics.wait(nobody, 0, 0, MOMENT_MS);
    sender.send();
  }
} else {
  parentPort?.postMessage(sender);
}
