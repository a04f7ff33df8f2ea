// first SETTINGS
//
// The first side of a ping-pong in Node. Writes the time of each round to stdout: nanoseconds, as
// doubles, like c/main.c. If `floor` is given, the measurements of the floor come before them. Run it
// under `taskset`, with all its threads on the first CPU; the other side pins itself.

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { CHUNKS } from '../chunks.js';
import { floorNow } from './floor.js';
import type { OtherData } from './other.js';
import { listOfCpus, pinThisThread } from './pin.js';
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
    listOfCpus(settings, settings.cpus.other),
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

/** Plays a run in one piece, or in chunks with a measurement of the floor between them (chunks.ts). */
async function play(settings: Settings, end: End): Promise<Float64Array> {
  const { rounds, warmUp, floor, cpus } = settings;
  const looks: number[] = [];
  const stopwatch =
    floor === undefined
      ? new Stopwatch(rounds, warmUp)
      : new Stopwatch(rounds, warmUp, rounds / CHUNKS, () => looks.push(floorNow(floor, cpus)));
  await serve(end, stopwatch);
  const output = new Float64Array(looks.length + rounds);
  output.set(looks);
  output.set(stopwatch.times(), looks.length);
  return output;
}

async function main(): Promise<void> {
  const settings = JSON.parse(process.argv[2] ?? '') as Settings;
  const transport = await loadTransport(settings.transport);
  const end = await (transport.between === 'threads'
    ? startThread(transport, settings)
    : startProcess(transport, settings));
  if (settings.pinLate) pinThisThread(settings.cpus.first);
  const output = await play(settings, end);
  process.stdout.write(new Uint8Array(output.buffer), () => process.exit(0));
}

main().catch(fail);
