// first SETTINGS
//
// The first side of a ping-pong in Node. Writes what each round took to stdout: nanoseconds, as
// doubles, like c/main.c. Run it under `taskset`, with all its threads on the first CPU; the other
// side pins itself.

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { OtherData } from './other.js';
import { serve } from './play.js';
import { Stopwatch } from './stopwatch.js';
import type { End, ProcessTransport, Settings, ThreadTransport } from './transport.js';
import { loadTransport } from './transports/index.js';

const OTHER = path.join(__dirname, 'other.js');

function startThread(transport: ThreadTransport, settings: Settings): End | Promise<End> {
  const opening = transport.open(settings);
  const { offer, transfer = [] } = opening;
  const workerData: OtherData = { settings, offer };
  const worker = new Worker(OTHER, { workerData, transferList: [...transfer] });
  worker.on('error', fail);
  return opening.meet(worker);
}

function startProcess(transport: ProcessTransport, settings: Settings): End | Promise<End> {
  const opening = transport.open(settings);
  const { offer, fds = [] } = opening;
  const data: OtherData = { settings, offer };
  const command = [
    '-c',
    String(settings.cpus.other),
    process.execPath,
    OTHER,
    JSON.stringify(data),
  ];
  const { serialization } = transport;
  const child: ChildProcess = spawn('taskset', command, {
    stdio: [
      'ignore',
      'ignore',
      'inherit',
      ...fds,
      ...(serialization === undefined ? [] : (['ipc'] as const)),
    ],
    ...(serialization === undefined ? {} : { serialization }),
  });
  child.once('error', fail);
  child.once('exit', (status) => {
    if (status !== 0) fail(new Error(`the other side has left with status ${String(status)}`));
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return opening.meet(child);
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? '') as Settings;
  const transport = await loadTransport(settings.transport);
  const stopwatch = new Stopwatch(settings.rounds, settings.warmUp);
  const end = await (transport.between === 'threads'
    ? startThread(transport, settings)
    : startProcess(transport, settings));
  await serve(end, stopwatch);
  process.stdout.write(new Uint8Array(stopwatch.times().buffer), () => process.exit(0));
}

main().catch(fail);
