// Measures the time from connect() to the first interrupt, as a whole and step by step.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Receiver } from 'uintr';
import { type Summary, summarize } from '../statistics.js';
import { now, type Task, type Times } from './tasks.js';

const WARM_UP = 50;

const WHOLE = 'connect() to first interrupt';

/** The steps of connect() in order, up to the delivery of the first interrupt. */
const STEPS = [
  'socket connected',
  'request to reply',
  'sender opened',
  'first send to delivery',
] as const;

export interface Step {
  readonly step: string;
  readonly times: Summary;
}

/** Has the peer connect `firsts` times in each way. `tell` gives it a task. */
export async function firstInterrupt(
  receiver: Receiver<{ tick: 0 }>,
  tell: (task: Task) => Promise<Times>,
  firsts: number,
): Promise<Step[]> {
  let came = 0;
  const onTick = (): void => {
    came = now();
  };
  receiver.on('tick', onTick);
  const ask = async (task: Task): Promise<Times> => {
    came = 0;
    const times = await tell(task);
    while (came === 0) await nextTurn();
    return [...times, came];
  };
  const columns = new Map<string, number[]>();
  const add = (step: string, time: number): void => {
    columns.set(step, [...(columns.get(step) ?? []), time]);
  };
  for (let i = -WARM_UP; i < firsts; i++) {
    const [begin = NaN, end = NaN] = await ask('whole');
    const times = await ask('steps');
    if (i < 0) continue;
    add(WHOLE, end - begin);
    STEPS.forEach((step, index) => {
      add(step, (times[index + 1] ?? NaN) - (times[index] ?? NaN));
    });
  }
  receiver.off('tick', onTick);
  return [...columns].map(([step, times]) => ({
    step,
    times: summarize(Float64Array.from(times)),
  }));
}
