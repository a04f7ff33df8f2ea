// The benchmark: how long a doorbell takes, ours beside what a user would pick instead.
//
//   contestants.ts  who plays, in which modes      ping-pong.ts  the interleaved runs, the medians
//   c/              those in C, one program        node/         those in Node: first.ts, other.ts
//   costs.ts        one send(), floods, many vectors, many receivers, many pairs, nothing to do
//                   at all, and one round trip step by step
//   bounds.ts       what the project promises      report/       tables and the chart

import { writeFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type BackendChoice, capabilities } from 'uintr';
import { boundsOf } from './bounds.js';
import { compileAddon, compilePingPong } from './compile.js';
import { contestants } from './contestants.js';
import { breakdowns, busyPairs, fanIn, floods, idles, manyReceivers, sendCosts } from './costs.js';
import { describeMachine } from './machine.js';
import { type Mode, MODES } from './modes.js';
import { entriesOf, pingPong, type Plan, scheduleOf } from './ping-pong.js';
import { chart } from './report/chart.js';
import { report } from './report/tables.js';
import type { Results } from './results.js';

interface Options {
  readonly quick: boolean;
  readonly only?: RegExp;
  readonly mode: readonly Mode[];
  readonly repeats?: number;
  readonly rounds?: number;
  readonly json?: string;
  readonly svg?: string;
}

/** How much is measured. */
interface Effort {
  readonly repeats: number;
  readonly rounds: number;
  readonly vectors: readonly number[];
  readonly receivers: readonly number[];
  readonly senders: readonly number[];
  readonly floodMs: number;
  readonly wakeUps: number;
  readonly idleMs: number;
  readonly pairsMs: number;
}

const FULL: Effort = {
  repeats: 7,
  rounds: 4000,
  vectors: [1, 2, 4, 8, 16, 32, 64],
  receivers: [1, 2, 4, 8, 16, 32, 64],
  senders: [1, 2, 3, 4],
  floodMs: 1000,
  wakeUps: 500,
  idleMs: 10_000,
  pairsMs: 1000,
};

const QUICK: Effort = {
  repeats: 2,
  rounds: 1000,
  vectors: [1, 8, 64],
  receivers: [1, 8],
  senders: [1, 4],
  floodMs: 300,
  wakeUps: 100,
  idleMs: 2000,
  pairsMs: 400,
};

function parseOptions(args: readonly string[], name: string): Options {
  return new Command(name)
    .description('Measures uintr beside every other doorbell that a Node program can pick.')
    .option('-q, --quick', 'less of everything, for a first look', false)
    .option(
      '--only <pattern>',
      'only contestants, and of "send()", "breakdown", "fan-in", "receivers", "flood", "pairs" ' +
        'and "idle" those, that match',
      parsePattern,
    )
    .addOption(
      new Option('--mode <modes...>', 'only these modes').choices(MODES).default(MODES, 'all'),
    )
    .option('-r, --repeats <count>', 'runs of each contestant', parseCount)
    .option('-n, --rounds <count>', 'round trips of a run', parseCount)
    .option('--json <file>', 'write all figures there')
    .option('--svg <file>', 'write a chart there')
    .parse(args, { from: 'user' })
    .opts<Options>();
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000_000) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 to a million.');
}

/** A bar for a person who waits: on a terminal only. */
class Progress {
  readonly #bar: SingleBar | undefined;

  constructor(total: number) {
    if (!process.stderr.isTTY) return;
    const format = '{bar} {percentage} % {duration_formatted} of {eta_formatted} {what}';
    this.#bar = new SingleBar({ format, clearOnComplete: true, stream: process.stderr });
    this.#bar.start(total, 0, { what: '' });
  }

  step(what: string, by = 1): void {
    this.#bar?.increment(by, { what });
  }

  stop(): void {
    this.#bar?.stop();
  }
}

async function measure(options: Options): Promise<Results> {
  const machine = describeMachine();
  const program = compilePingPong();
  const effort = options.quick ? QUICK : FULL;
  const modes = options.mode.filter(
    (mode) => mode === 'one core' || machine.pinning.first !== machine.pinning.other,
  );
  const plan: Plan = {
    repeats: options.repeats ?? effort.repeats,
    rounds: options.rounds ?? effort.rounds,
    cpus: machine.pinning,
    floor: program.absent === undefined ? program.file : undefined,
  };
  const { repeats, rounds, cpus } = plan;
  const wanted = (what: string): boolean => options.only?.test(what) ?? true;
  const backends: BackendChoice[] =
    machine.backend === 'hardware' ? ['software', 'hardware'] : ['software'];
  const backend = backends.at(-1) ?? 'auto';

  const entries = entriesOf(contestants(program, backends), modes).filter((entry) =>
    wanted(`${entry.contestant.name} (${entry.contestant.class})`),
  );
  const fanInEntries = wanted('fan-in') ? entriesOf(fanIn(effort.vectors, backend), modes) : [];
  const progress = new Progress(scheduleOf([...entries, ...fanInEntries]).length * repeats + 6);
  const step = (what: string): void => {
    progress.step(what);
  };

  try {
    const { rows, failures, sides } = await pingPong(entries, plan, step);
    step('one send()');
    const costs = wanted('send()')
      ? await sendCosts(repeats, {
          backend,
          cpus,
          emptyCall: compileAddon('empty_call'),
          wakeUps: effort.wakeUps,
        })
      : undefined;
    step('breakdown');
    const breakdown = wanted('breakdown')
      ? await breakdowns(
          repeats,
          {
            backend,
            emptyCall: compileAddon('empty_call'),
            callbacks: compileAddon('callbacks'),
          },
          cpus.first,
        )
      : undefined;
    const fan = await pingPong(fanInEntries, plan, step);
    step('many receivers');
    const receivers = wanted('receivers')
      ? await manyReceivers(repeats, effort.receivers, rounds, backend, cpus)
      : [];
    step('flood');
    const flood = wanted('flood')
      ? await floods(repeats, effort.senders, { backend, milliseconds: effort.floodMs })
      : [];
    step('pairs');
    const pairs = wanted('pairs') ? await busyPairs(repeats, backend, cpus, effort.pairsMs) : [];
    step('idle');
    const idle = wanted('idle') ? await idles(backend, effort.idleMs) : [];
    return {
      date: new Date().toISOString(),
      machine,
      repeats,
      rounds,
      pingPong: rows,
      ...(sides === undefined ? {} : { sides }),
      failures: [...failures, ...fan.failures],
      ...(costs === undefined ? {} : { sendCosts: costs }),
      ...(breakdown === undefined ? {} : { breakdown }),
      fanIn: fan.rows,
      receivers,
      floods: flood,
      pairs,
      idle,
      bounds: boundsOf(rows, costs, pairs),
    };
  } finally {
    progress.stop();
  }
}

/** The whole program; `name` is what its help calls it. */
export async function bench(args: readonly string[], name = 'bench'): Promise<void> {
  const options = parseOptions(args, name);
  const { backend, reason } = capabilities();
  if (backend === null) {
    console.error(`There is nothing to measure here: ${reason}`);
    process.exitCode = 2;
    return;
  }
  const results = await measure(options);
  console.log(report(results));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  }
  if (options.svg !== undefined) writeFileSync(options.svg, await chart(results));
}

if (require.main === module) void bench(process.argv.slice(2));
