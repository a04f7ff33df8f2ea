// Everything but the ping-pong: what a post costs, and how the doorbell behaves under load.

import path from 'node:path';
import type { BackendChoice } from 'uintr';
import type { Contestant } from './contestants.js';
import { nodeCommand } from './contestants.js';
import type { Cpus } from './modes.js';
import type { Flood, FloodSettings } from './node/flood.js';
import type { Receivers, ReceiversSettings } from './node/receivers.js';
import type { SendCosts, SendCostSettings } from './node/send-cost.js';
import { run } from './run.js';
import { median } from './statistics.js';

type Ask<Settings, Answer> = (settings: Settings) => Promise<Answer>;

function program<Settings, Answer>(name: string, cpu?: number): Ask<Settings, Answer> {
  const file = path.join(__dirname, 'node', `${name}.js`);
  const pin = cpu === undefined ? [] : ['taskset', '-c', String(cpu)];
  return async (settings) => {
    const output = await run([...pin, process.execPath, file, JSON.stringify(settings)]);
    return JSON.parse(output.toString()) as Answer;
  };
}

/** One of the answers: the one in the middle by what it is judged by. */
async function middleOf<T>(
  repeats: number,
  ask: () => Promise<T>,
  by: (answer: T) => number,
): Promise<T> {
  const answers: T[] = [];
  for (let i = 0; i < repeats; ++i) answers.push(await ask());
  answers.sort((a, b) => by(a) - by(b));
  const middle = answers[answers.length >> 1];
  if (middle === undefined) throw new RangeError('repeats must be 1 or more');
  return middle;
}

export async function sendCosts(repeats: number, settings: SendCostSettings): Promise<SendCosts> {
  const ask = program<SendCostSettings, SendCosts>('send-cost', settings.cpus.first);
  const answers: SendCosts[] = [];
  for (let i = 0; i < repeats; ++i) answers.push(await ask(settings));
  const of = (pick: (costs: SendCosts) => number): number => median(answers.map(pick));
  const asleep = (pose: keyof SendCosts['asleep']): SendCosts['asleep'][typeof pose] => ({
    'one core': of((costs) => costs.asleep[pose]['one core']),
    'two cores': of((costs) => costs.asleep[pose]['two cores']),
  });
  return {
    emptyCall: settings.emptyCall === undefined ? undefined : of((c) => c.emptyCall ?? NaN),
    awake: of((costs) => costs.awake),
    awakePolling: of((costs) => costs.awakePolling),
    asleep: { waitSync: asleep('waitSync'), 'event loop': asleep('event loop') },
  };
}

export async function floods(
  repeats: number,
  senders: readonly number[],
  rest: Omit<FloodSettings, 'senders'>,
): Promise<Flood[]> {
  const ask = program<FloodSettings, Flood>('flood');
  const results: Flood[] = [];
  for (const count of senders) {
    results.push(
      await middleOf(
        repeats,
        () => ask({ ...rest, senders: count }),
        (flood) => flood.postsPerSecond,
      ),
    );
  }
  return results;
}

export async function manyReceivers(
  repeats: number,
  counts: readonly number[],
  rounds: number,
  backend: BackendChoice,
  cpus: Cpus,
): Promise<Receivers[]> {
  const ask = program<ReceiversSettings, Receivers>('receivers', cpus.other);
  const results: Receivers[] = [];
  for (const receivers of counts) {
    results.push(
      await middleOf(
        repeats,
        () => ask({ receivers, rounds: Math.max(Math.ceil(rounds / receivers), 50), backend }),
        (answer) => answer.uintr,
      ),
    );
  }
  return results;
}

const SPIN_ONLY_MICROS = 1_000_000;

/** One round trip whose way back goes over so many vectors in turn. */
export function fanIn(vectors: readonly number[], backend: BackendChoice): Contestant[] {
  return vectors.flatMap((count) =>
    (['loop', 'sync'] as const).map((way): Contestant => ({
      name: fanInName(way, count),
      class: way === 'loop' ? 'threads, event loop' : 'threads, blocking',
      ours: true,
      modes: ['spin', 'one core'],
      command: (round) =>
        nodeCommand({
          transport: `uintr-${way}-threads`,
          backend,
          vectors: count,
          busyPollMicros: round.mode === 'spin' ? SPIN_ONLY_MICROS : 0,
          ...round,
        }),
    })),
  );
}

export function fanInName(way: 'loop' | 'sync', vectors: number): string {
  return `${way === 'loop' ? 'event loop' : 'waitSync'}, ${vectors} vectors`;
}
