// steps STEP COUNT
//
// Executes one step COUNT times, on one thread. Started by callgrind.ts.

import { Receiver, Sender } from 'uintr';
import { SPIN_ONLY_MICROS } from '../bench/constants.js';

const WARM_UP = 50_000; // until V8 has optimised everything
const BATCH = 1000; // V8 optimises short loops; most of one long loop would run unoptimised

/** A step, to count between two calls of testui(). */
type Step = (times: number) => void;

function open(burst = 1): { receiver: Receiver; sender: Sender } {
  const receiver = new Receiver({ busyPollMicros: SPIN_ONLY_MICROS, burst });
  return { receiver, sender: new Sender(receiver.createFd(0)) };
}

const inBatches =
  (step: (receiver: Receiver, sender: Sender) => () => void): Step =>
  (times) => {
    const { receiver, sender } = open();
    const once = step(receiver, sender);
    const batch = (): void => {
      for (let i = 0; i < BATCH; ++i) once();
    };
    for (let i = 0; i < WARM_UP / BATCH; ++i) batch();
    receiver.testui();
    for (let i = 0; i < times / BATCH; ++i) batch();
    receiver.testui();
    process.exit();
  };

const deliver =
  (burst: number): Step =>
  (times) => {
    const { receiver, sender } = open(burst);
    let left = WARM_UP + times;
    // The call is made once per batch, so that V8 knows it when it optimises the listener.
    const onBatch = (): void => {
      if (left === times || left === 0) receiver.testui();
      if (left === 0) process.exit();
    };
    receiver.on('interrupt', () => {
      if (--left % BATCH === 0) onBatch();
      sender.send();
    });
    sender.send();
  };

/** The steps that can be counted. */
export const STEPS = {
  'send() to an awake receiver': inBatches((_receiver, sender) => () => {
    sender.send();
  }),
  'poll() with nothing to take': inBatches((receiver) => () => {
    receiver.poll();
  }),
  'send() and the poll() that takes': inBatches((receiver, sender) => () => {
    sender.send();
    receiver.poll();
  }),
  'send() and the waitSync() that takes': inBatches((receiver, sender) => () => {
    sender.send();
    receiver.waitSync();
  }),
  'a delivery, to a listener that posts the next': deliver(1),
  'the same, in bursts of 64': deliver(64),
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;

if (require.main === module) {
  const [, , name = '', times = ''] = process.argv;
  STEPS[name as StepName](Number(times));
}
