// The patient: loads the addon, asks for its capabilities and tries it out. A process of its own,
// started by examine.ts, so that even its death is a finding. Writes each report as soon as it can.

import { once } from 'node:events';
import { writeSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { findAddon, loadFailure } from '../../internal/binding.js';
import { type Backend, capabilities, chooseBackend } from '../../core/capabilities.js';
import { Receiver } from '../../core/receiver.js';
import { Sender } from '../../core/sender.js';
import type { PosterData } from './poster.js';
import { type Failure, failureOf, type Report, REPORT_MARK, type Trial } from './report.js';

const PATIENCE_MS = 5_000;

function tell(report: Report): void {
  writeSync(1, `${REPORT_MARK}${JSON.stringify(report)}\n`);
}

function tellCapabilities(): Backend | null {
  const cause = loadFailure?.cause === undefined ? loadFailure : failureOf(loadFailure.cause);
  const failure: Failure | null = loadFailure
    ? { message: cause?.message ?? loadFailure.message, code: cause?.code }
    : null;
  tell({ what: 'addon', file: findAddon() ?? null, failure });
  const found = capabilities();
  tell({ what: 'capabilities', capabilities: found });
  return found.backend;
}

function tellChoice(): Backend | undefined {
  try {
    const backend = loadFailure === undefined ? chooseBackend('auto') : null;
    tell({ what: 'choice', backend, failure: null });
    return backend ?? undefined;
  } catch (error) {
    tell({ what: 'choice', backend: null, failure: failureOf(error) });
    return undefined;
  }
}

async function attempt(trial: Trial, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
    tell({ what: 'trial', trial, failure: null });
  } catch (error) {
    tell({ what: 'trial', trial, failure: failureOf(error) });
  }
}

function expectArrival(vector: number): void {
  if (vector === -1) throw new Error(`no interrupt within ${PATIENCE_MS / 1000} s`);
}

async function tryOut(backend: Backend): Promise<void> {
  const receiver = new Receiver({ backend, busyPollMicros: 0 });
  const vectorFd = receiver.createFd(0);
  const own = new Sender(vectorFd);
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const workerData: PosterData = { fd: vectorFd.fd, gate };
  const worker = new Worker(path.join(__dirname, 'poster.js'), { workerData });
  const [failure] = (await once(worker, 'message')) as [Failure | null];
  if (failure !== null) throw Object.assign(new Error(failure.message), failure);
  tell({ what: 'trial', trial: 'open', failure: null });
  tell({ what: 'pending', present: vectorFd.pending !== undefined });
  /** Asks for a post that comes when this thread has had the time to fall asleep. */
  const postSoon = (): void => {
    Atomics.add(gate, 0, 1);
    Atomics.notify(gate, 0);
  };

  await attempt('poll', () => {
    own.send();
    let vector = -1;
    // On hardware the interrupt takes a moment to arrive.
    for (const end = Date.now() + PATIENCE_MS; vector === -1 && Date.now() < end;) {
      vector = receiver.poll();
    }
    expectArrival(vector);
  });
  await attempt('waitSync', () => {
    postSoon();
    expectArrival(receiver.waitSync(PATIENCE_MS));
  });
  await attempt('waitSyncOfTwo', () => {
    receiver.createFd(1); // without a holder: only makes waitSync sleep on both
    postSoon();
    expectArrival(receiver.waitSync(PATIENCE_MS));
  });
  await attempt('eventLoop', async () => {
    postSoon();
    expectArrival(await receiver.wait({ timeout: PATIENCE_MS }));
  });
  await worker.terminate();
  own.close();
  receiver.close();
}

async function main(): Promise<void> {
  try {
    const auto = tellCapabilities();
    const backend = tellChoice() ?? auto;
    delete process.env['UINTR_BACKEND']; // an invalid value would fail every trial
    if (backend !== null) await tryOut(backend);
  } catch (error) {
    tell({ what: 'trial', trial: 'open', failure: failureOf(error) });
  }
}

void main().finally(() => process.exit());
