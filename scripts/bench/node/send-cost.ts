// send-cost SETTINGS
//
// Measures what one send() costs its caller. Prints SendCosts as JSON. Run it under `taskset` on the
// first CPU.

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Backend, Receiver, Sender } from 'uintr';
import { median } from '../statistics.js';
import { BATCH, costOf } from './cost-of.js';
import { pinThisThread } from './pin.js';
import { clockCost } from './stopwatch.js';

export interface SendCostSettings {
  readonly backend: Backend;
  readonly cpus: { readonly first: number; readonly other: number };
  /** The addon c/empty_call.c, whose function does nothing. Undefined without a C compiler. */
  readonly emptyCall: string | undefined;
  /** The number of posts that wake a receiver. */
  readonly wakeUps: number;
}

/** Costs in nanoseconds. Those that need two CPUs are undefined where there is one. */
export interface SendCosts {
  /** The cost of any native call. */
  readonly emptyCall: number | undefined;
  /** The receiver is awake and does not look. */
  readonly awake: number;
  /** The receiver is awake on the other CPU and looks all the time: the cache line travels. */
  readonly awakePolling: number | undefined;
  /** The receiver sleeps in waitSync or in its event loop, on the sender's CPU or the other. */
  readonly waitSyncOneCore: number;
  readonly waitSyncTwoCores: number | undefined;
  readonly eventLoopOneCore: number;
  readonly eventLoopTwoCores: number | undefined;
}

type Pose = 'polling' | 'waitSync' | 'event loop';

interface SleeperData {
  readonly pose: Pose;
  readonly cpu: number;
  readonly backend: Backend;
}

/** Long enough for a woken receiver to fall asleep again. */
const REST_MS = 1;

function costOfEmptyCall(addon: string | undefined): number | undefined {
  if (addon === undefined) return undefined;
  const { empty } = createRequire(__filename)(addon) as { empty: () => void };
  return costOf(() => {
    for (let i = 0; i < BATCH; ++i) empty();
  });
}

async function withSleeper<T>(
  data: SleeperData,
  body: (sender: Sender) => T | Promise<T>,
): Promise<T> {
  const worker = new Worker(__filename, { workerData: data });
  const [fd] = (await once(worker, 'message')) as [number];
  using sender = new Sender(fd);
  try {
    return await body(sender);
  } finally {
    await worker.terminate();
  }
}

async function costOfWaking(settings: SendCostSettings, data: SleeperData): Promise<number> {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const rest = (): void => void Atomics.wait(nobody, 0, 0, REST_MS);
  return withSleeper(data, (sender) => {
    const costs: number[] = [];
    for (let i = 0; i < settings.wakeUps; ++i) {
      rest();
      const start = performance.now();
      sender.send();
      costs.push((performance.now() - start) * 1e6);
    }
    return median(costs) - clockCost();
  });
}

async function measure(settings: SendCostSettings): Promise<SendCosts> {
  const { backend, cpus } = settings;
  const emptyCall = costOfEmptyCall(settings.emptyCall);
  const awake = (() => {
    using receiver = new Receiver({ backend });
    using sender = new Sender(receiver.createFd(0));
    return costOf(() => {
      for (let i = 0; i < BATCH; ++i) sender.send();
    });
  })();
  const apart = cpus.first !== cpus.other;
  const awakePolling = apart
    ? await withSleeper({ pose: 'polling', cpu: cpus.other, backend }, (sender) =>
        costOf(() => {
          for (let i = 0; i < BATCH; ++i) sender.send();
        }, median),
      )
    : undefined;
  const asleep = (pose: Pose, cpu: number): Promise<number> =>
    costOfWaking(settings, { pose, cpu, backend });
  return {
    emptyCall,
    awake,
    awakePolling,
    waitSyncOneCore: await asleep('waitSync', cpus.first),
    waitSyncTwoCores: apart ? await asleep('waitSync', cpus.other) : undefined,
    eventLoopOneCore: await asleep('event loop', cpus.first),
    eventLoopTwoCores: apart ? await asleep('event loop', cpus.other) : undefined,
  };
}

function sleep({ pose, cpu, backend }: SleeperData): void {
  pinThisThread(cpu);
  const receiver = new Receiver({ backend, busyPollMicros: 0 });
  parentPort?.postMessage(receiver.createFd(0).fd);
  if (pose === 'event loop') receiver.on('interrupt', () => undefined);
  else if (pose === 'waitSync') for (;;) receiver.waitSync();
  else for (;;) receiver.poll();
}

if (isMainThread) {
  void measure(JSON.parse(process.argv[2] ?? '') as SendCostSettings).then((costs) => {
    process.stdout.write(JSON.stringify(costs), () => process.exit(0));
  });
} else {
  sleep(workerData as SleeperData);
}
