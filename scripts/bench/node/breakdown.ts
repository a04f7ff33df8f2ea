// breakdown SETTINGS
//
// Measures each step of a round trip by itself, on one thread, where nothing travels between cores.
// Prints Breakdown as JSON. Run it under `taskset`.

import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { type Backend, Receiver, Sender } from 'uintr';
import { SPIN_ONLY_MICROS } from '../constants.js';
import { BATCH, costOf, least } from './cost-of.js';
import { clockCost } from './stopwatch.js';

export interface BreakdownSettings {
  readonly backend: Backend;
  /** Addons, c/empty_call.c and c/callbacks.c. Undefined where there is no C compiler. */
  readonly emptyCall: string | undefined;
  readonly callbacks: string | undefined;
}

/** The cost of each step, in nanoseconds. */
export interface Breakdown {
  /** Reading the clock. */
  readonly clock: number;
  readonly emptyCall: number | undefined;
  /** send() to an awake receiver. */
  readonly send: number;
  /** poll() with nothing to take. */
  readonly poll: number;
  readonly sendAndPoll: number;
  readonly sendAndWaitSync: number;
  /** Busy polled in the event loop, to a listener that posts the next interrupt. */
  readonly delivery: number;
  /** An EventEmitter's emit() to one listener that does nothing, in plain JavaScript. */
  readonly emit: number;
  /** A call from C of a JavaScript function that does nothing. */
  readonly call: number | undefined;
  /** The same call in the callback scope that Node requires around a call from the event loop. */
  readonly callback: number | undefined;
}

const DELIVERY_BATCHES = 100;

function costOfEmptyCall(addon: string | undefined): number | undefined {
  if (addon === undefined) return undefined;
  const { empty } = createRequire(__filename)(addon) as { empty: () => void };
  return costOf(() => {
    for (let i = 0; i < BATCH; ++i) empty();
  });
}

function costOfEmit(): number {
  const emitter = new EventEmitter();
  emitter.on('interrupt', () => undefined);
  return costOf(() => {
    for (let i = 0; i < BATCH; ++i) emitter.emit('interrupt', 0, undefined);
  });
}

type Pair = readonly [Receiver, Sender];

const costOfSend = ([, sender]: Pair): number =>
  costOf(() => {
    for (let i = 0; i < BATCH; ++i) sender.send();
  });

const costOfPoll = ([receiver]: Pair): number =>
  costOf(() => {
    for (let i = 0; i < BATCH; ++i) receiver.poll();
  });

const costOfSendAndPoll = ([receiver, sender]: Pair): number =>
  costOf(() => {
    for (let i = 0; i < BATCH; ++i) {
      sender.send();
      receiver.poll();
    }
  });

const costOfSendAndWaitSync = ([receiver, sender]: Pair): number =>
  costOf(() => {
    for (let i = 0; i < BATCH; ++i) {
      sender.send();
      receiver.waitSync();
    }
  });

async function costOfDelivery([receiver, sender]: Pair): Promise<number> {
  const averages: number[] = [];
  let left = BATCH;
  let start = performance.now();
  await new Promise<void>((resolve) => {
    receiver.on('interrupt', () => {
      if (--left > 0) {
        sender.send();
        return;
      }
      averages.push(((performance.now() - start) * 1e6) / BATCH);
      if (averages.length === DELIVERY_BATCHES) {
        resolve();
        return;
      }
      left = BATCH;
      start = performance.now();
      sender.send();
    });
    sender.send();
  });
  return least(averages);
}

async function costOfCallback(addon: string | undefined): Promise<readonly number[]> {
  if (addon === undefined) return [];
  const { measure: run } = createRequire(__filename)(addon) as {
    measure: (what: () => void, done: (...costs: number[]) => void) => void;
  };
  return new Promise((resolve) => {
    run(
      () => undefined,
      (...costs) => {
        resolve(costs);
      },
    );
  });
}

async function measure(settings: BreakdownSettings): Promise<Breakdown> {
  using receiver = new Receiver({ backend: settings.backend, busyPollMicros: SPIN_ONLY_MICROS });
  using sender = new Sender(receiver.createFd(0));
  const pair = [receiver, sender] as const;
  const clock = clockCost();
  const emptyCall = costOfEmptyCall(settings.emptyCall);
  const send = costOfSend(pair);
  receiver.poll();
  const poll = costOfPoll(pair);
  const sendAndPoll = costOfSendAndPoll(pair);
  const sendAndWaitSync = costOfSendAndWaitSync(pair);
  const emit = costOfEmit();
  const [call, callback] = await costOfCallback(settings.callbacks);
  const delivery = await costOfDelivery(pair);
  return {
    clock,
    emptyCall,
    send,
    poll,
    sendAndPoll,
    sendAndWaitSync,
    delivery,
    emit,
    call,
    callback,
  };
}

void measure(JSON.parse(process.argv[2] ?? '') as BreakdownSettings).then((breakdown) => {
  process.stdout.write(JSON.stringify(breakdown), () => process.exit(0));
});
