// Everything but the ping-pong: what a post costs, and how the doorbell behaves under load.

import path from 'node:path';
import type { BackendChoice } from 'uintr';
import type { Contestant } from './contestants.js';
import { nodeCommand } from './contestants.js';
import type { Cpus } from './modes.js';
import type { Breakdown, BreakdownSettings } from './node/breakdown.js';
import type { Flood, FloodSettings } from './node/flood.js';
import type { Idle, IdleSettings } from './node/idle.js';
import type { Pairs, PairsSettings } from './node/pairs.js';
import type { Receivers, ReceiversSettings } from './node/receivers.js';
import type { SendCosts, SendCostSettings } from './node/send-cost.js';
import { run } from './run.js';
import { median } from './statistics.js';

type Ask<Settings, Answer> = (settings: Settings) => Promise<Answer>;

function program<Settings, Answer>(name: string, ...cpus: number[]): Ask<Settings, Answer> {
  const file = path.join(__dirname, 'node', `${name}.js`);
  const pin = cpus.length === 0 ? [] : ['taskset', '-c', cpus.join(',')];
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

const BUSY_POLLS = [0, 50, 'auto'] as const;

/** Between two interrupts of a process that is nearly idle. */
const EVERY_MS = 10;

export async function idles(backend: BackendChoice, milliseconds: number): Promise<Idle[]> {
  const ask = program<IdleSettings, Idle>('idle');
  const results = [await ask({ backend, milliseconds })];
  for (const rung of [{}, { everyMs: EVERY_MS }]) {
    for (const busyPollMicros of BUSY_POLLS) {
      results.push(await ask({ backend, busyPollMicros, ...rung, milliseconds }));
    }
  }
  return results;
}

/** What so many pairs made on so many CPUs. */
export interface PairsRow {
  readonly way: PairsSettings['way'];
  readonly pairs: number;
  /** 'apart': two, and the two of each pair are held apart on them. */
  readonly cpus: 1 | 2 | 'apart';
  readonly by: readonly (Pairs & { readonly busyPollMicros: number | 'auto' })[];
  /** The rate of 'auto' to that of 0: the median of runs side by side, and all of them. */
  readonly autoToZero: number;
  readonly autoToZeroOfRuns: readonly number[];
}

export async function busyPairs(
  repeats: number,
  backend: BackendChoice,
  { first, other }: Cpus,
  milliseconds: number,
): Promise<PairsRow[]> {
  const one = { cpus: 1, taskset: [other] } as const;
  const two = { cpus: 2, taskset: [first, other] } as const;
  const apart = { cpus: 'apart', taskset: two.taskset } as const;
  const places =
    first === other
      ? [{ pairs: 4, ...one }]
      : [
          ...[1, 2, 4].map((pairs) => ({ pairs, ...two })),
          { pairs: 4, ...apart },
          { pairs: 4, ...one },
        ];
  const fields = (['event loop', 'waitSync'] as const).flatMap((way) =>
    places.map((place) => ({ way, ...place })),
  );
  // Interleaved: the noise of a moment hits all.
  const runs = fields.map(() => BUSY_POLLS.map((): Pairs[] => []));
  const there = [...BUSY_POLLS.entries()];
  const back = there.toReversed();
  for (let repeat = 0; repeat < repeats; ++repeat) {
    for (const [f, { way, pairs, cpus, taskset }] of fields.entries()) {
      const ask = program<PairsSettings, Pairs>('pairs', ...taskset);
      const held = cpus === 'apart' ? { apart: { first, other } } : {};
      for (const [b, busyPollMicros] of repeat % 2 === 0 ? there : back) {
        runs[f]?.[b]?.push(
          await ask({ backend, way, pairs, busyPollMicros, milliseconds, ...held }),
        );
      }
    }
  }
  return fields.map(({ way, pairs, cpus }, f): PairsRow => {
    const made = runs[f] ?? [];
    const of = (b: number): Pairs[] => made[b] ?? [];
    const zeros = of(BUSY_POLLS.indexOf(0));
    const ratios = of(BUSY_POLLS.indexOf('auto')).map(
      (auto, i) => auto.rate / (zeros[i]?.rate ?? NaN),
    );
    return {
      way,
      pairs,
      cpus,
      by: BUSY_POLLS.map((busyPollMicros, b) => ({
        busyPollMicros,
        rate: median(of(b).map((run) => run.rate)),
        least: median(of(b).map((run) => run.least)),
        stats: {
          sleeps: median(of(b).map((run) => run.stats.sleeps)),
          spinsPaid: median(of(b).map((run) => run.stats.spinsPaid)),
          spinsVain: median(of(b).map((run) => run.stats.spinsVain)),
        },
      })),
      autoToZero: median(ratios),
      autoToZeroOfRuns: ratios,
    };
  });
}

export async function breakdowns(
  repeats: number,
  settings: BreakdownSettings,
  cpu: number,
): Promise<Breakdown> {
  const ask = program<BreakdownSettings, Breakdown>('breakdown', cpu);
  const answers: Breakdown[] = [];
  for (let i = 0; i < repeats; ++i) answers.push(await ask(settings));
  const of = (key: keyof Breakdown): number => median(answers.map((answer) => answer[key] ?? NaN));
  const ifThere = (key: keyof Breakdown): number | undefined =>
    answers.every((answer) => answer[key] !== undefined) ? of(key) : undefined;
  return {
    clock: of('clock'),
    emptyCall: ifThere('emptyCall'),
    send: of('send'),
    poll: of('poll'),
    sendAndPoll: of('sendAndPoll'),
    sendAndWaitSync: of('sendAndWaitSync'),
    delivery: of('delivery'),
    emit: of('emit'),
    call: ifThere('call'),
    callback: ifThere('callback'),
  };
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
