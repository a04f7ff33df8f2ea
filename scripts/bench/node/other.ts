// The other side of a ping-pong, started by first.ts.

import { isMainThread, workerData } from 'node:worker_threads';
import { pinThisThread } from './pin.js';
import { answer } from './play.js';
import type { Settings } from './transport.js';
import { loadTransport } from './transports/index.js';

export interface OtherData {
  readonly settings: Settings;
  readonly offer: unknown;
}

const LIFETIME_MS = 60_000;

async function main(): Promise<void> {
  const { settings, offer } = (
    isMainThread ? JSON.parse(process.argv[2] ?? '') : workerData
  ) as OtherData;
  if (isMainThread) setTimeout(() => process.exit(1), LIFETIME_MS).unref();
  else if (!settings.pinLate) pinThisThread(settings.cpus.other);
  const transport = await loadTransport(settings.transport);
  const end = await transport.join(offer, settings);
  if (settings.pinLate) pinThisThread(settings.cpus.other);
  answer(end, settings.warmUp + settings.rounds);
}

void main();
