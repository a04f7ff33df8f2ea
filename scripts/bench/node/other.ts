// The other side of a ping-pong, started by first.ts.

import { isMainThread, workerData } from 'node:worker_threads';
import { lifetimeMs } from '../constants.js';
import { pinThisThread } from './pin.js';
import { answer } from './play.js';
import type { Settings } from './transport.js';
import { loadTransport } from './transports/index.js';

export interface OtherData {
  readonly settings: Settings;
  readonly offer: unknown;
}

async function main(): Promise<void> {
  const { settings, offer } = (
    isMainThread ? JSON.parse(process.argv[2] ?? '') : workerData
  ) as OtherData;
  const rounds = settings.warmUp + settings.rounds;
  if (isMainThread) setTimeout(() => process.exit(1), lifetimeMs(rounds)).unref();
  else if (!settings.pinLate) pinThisThread(settings.cpus.other);
  const transport = await loadTransport(settings.transport);
  const end = await transport.join(offer, settings);
  if (settings.pinLate) pinThisThread(settings.cpus.other);
  answer(end, rounds);
}

void main();
