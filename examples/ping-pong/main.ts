// The "hello world" of user interrupts, as in the sample of the Linux Plumbers talk: one side sends
// one interrupt, the other answers with one. Here in two threads and in two processes, for each way
// in which a Node program can wait for an interrupt, beside what Node has for the job.
//
//   main.ts       what to play, and the results
//   table.ts      starts the opponent, exchanges the vector fds
//   opponent.ts   the other side, a worker or a child process
//   players.ts    the ping-pong itself
//   rivals.ts     MessagePort and process.send
//   system-calls.ts  how many a send() makes, where that can be counted

import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Backend, type BackendChoice, capabilities, UintrError } from 'uintr';
import { Laps, WARM_UP } from './laps.js';
import { type Sides, SIDES, type Way, WAYS } from './match.js';
import { playRival, RIVALS } from './rivals.js';
import { systemCallsOfSend } from './system-calls.js';
import { play } from './table.js';

interface Options {
  readonly count: number;
  readonly mode: readonly Way[];
  readonly between: readonly Sides[];
  readonly backend: BackendChoice;
  readonly json: boolean;
}

interface Result {
  readonly between: Sides;
  readonly what: string;
  /** Absent for what is not ours. */
  readonly backend: Backend | undefined;
  readonly roundTrips: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Its p50 over the rival's: less is better. */
  readonly toRival: number;
}

const WHAT: Record<Way, string> = {
  loop: 'event loop',
  busy: 'event loop, busy polling',
  sync: 'waitSync',
};

function parseOptions(): Options {
  return new Command('ping-pong')
    .description('Ping-pong by user interrupts, beside MessagePort and process.send.')
    .option('-n, --count <round trips>', 'how many to time for each row', parseCount, 10_000)
    .addOption(listOption('--mode <ways...>', 'how both sides wait for an interrupt', WAYS))
    .addOption(listOption('--between <sides...>', 'what the two sides are', SIDES))
    .addOption(
      new Option('--backend <backend>', 'who carries the interrupts')
        .choices(['auto', 'hardware', 'software'])
        .default('auto'),
    )
    .option('--json', 'print the results as JSON', false)
    .parse()
    .opts<Options>();
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100_000_000) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 to 100 million.');
}

/** `--mode loop busy`, `--mode loop --mode busy` and `--mode loop,busy` all mean the same. */
function listOption(flags: string, about: string, choices: readonly string[]): Option {
  const given = new Set<string>();
  return new Option(flags, `${about}: ${choices.join(', ')}`)
    .default(choices, 'all')
    .argParser((text: string) => {
      for (const name of text.split(',')) {
        if (!choices.includes(name)) {
          throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
        }
        given.add(name);
      }
      return choices.filter((choice) => given.has(choice));
    });
}

async function measure(options: Options, sides: Sides): Promise<Result[]> {
  const rounds = WARM_UP + options.count;
  const results: Result[] = [];
  let rival = NaN;
  const add = (what: string, backend: Backend | undefined, laps: Laps): void => {
    const histogram = laps.histogram();
    const p50Micros = histogram.percentile(50) / 1000;
    if (backend === undefined) rival = p50Micros;
    results.push({
      between: sides,
      what,
      backend,
      roundTrips: histogram.count,
      p50Micros,
      p99Micros: histogram.percentile(99) / 1000,
      toRival: p50Micros / rival,
    });
  };

  await withProgress(`${sides}: ${RIVALS[sides]}`, options.count, async (laps) => {
    await playRival(sides, laps);
    add(RIVALS[sides], undefined, laps);
  });
  for (const way of options.mode) {
    await withProgress(`${sides}: ${WHAT[way]}`, options.count, async (laps) => {
      const backend = await play(sides, { way, rounds, backend: options.backend }, laps);
      add(WHAT[way], backend, laps);
    });
  }
  return results;
}

/** A progress line, for a person who waits: on a terminal only, and not among the results. */
async function withProgress(
  what: string,
  count: number,
  body: (laps: Laps) => Promise<void>,
): Promise<void> {
  if (!process.stderr.isTTY) {
    await body(new Laps(count));
    return;
  }
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${what}`,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(WARM_UP + count, 0);
  try {
    await body(
      new Laps(count, (laps) => {
        bar.update(laps);
      }),
    );
  } finally {
    bar.stop();
  }
}

function print(results: readonly Result[]): void {
  const table = new Table({
    head: ['between', 'waiting in', 'round trips', 'p50 µs', 'p99 µs', 'p50 compared'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    style: { compact: true, head: [], border: [] },
  });
  for (const result of results) {
    table.push([
      result.between,
      result.what,
      result.roundTrips,
      result.p50Micros.toFixed(2),
      result.p99Micros.toFixed(2),
      result.backend === undefined
        ? ''
        : `${result.toRival.toFixed(2)} × ${RIVALS[result.between]}`,
    ]);
  }
  console.log(table.toString());
}

async function main(): Promise<void> {
  const options = parseOptions();
  const results: Result[] = [];
  for (const sides of options.between) results.push(...(await measure(options, sides)));
  const { backend, reason, kernel } = capabilities();
  const systemCalls = systemCallsOfSend(options.backend);
  if (options.json) {
    const output = {
      node: process.version,
      kernel: kernel.release,
      backend,
      reason,
      systemCallsOfSend: systemCalls,
      results,
    };
    console.log(JSON.stringify(output, undefined, 2));
    return;
  }
  print(results);
  if (systemCalls !== undefined) {
    console.log(`System calls of a send() to a receiver that is awake: ${systemCalls}.`);
  }
  const used = new Set(results.flatMap((result) => result.backend ?? []));
  console.log(
    `Node ${process.version}, Linux ${kernel.release}, ${[...used].join(', ')} backend (${reason}).`,
  );
}

main().catch((error: unknown) => {
  // Such as hardware asked for where there is none: the message says it all.
  console.error(error instanceof UintrError ? `ping-pong: ${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
