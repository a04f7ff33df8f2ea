// The benchmark: the time that a doorbell takes, uintr's beside those that a user would pick instead.
//
//   measure.ts      runs all sections              effort.ts     how much is measured
//   contestants.ts  who plays, in which modes      ping-pong.ts  the interleaved runs
//   chunks.ts       which runs count               rows.ts       the medians and the ratios
//   c/              contestants in C, one program  node/         contestants in Node: first.ts, other.ts
//   sections/       one send(), floods, many receivers, many pairs, idle processes, and the steps of
//                   a round trip; section.ts runs the programs of node/ for them
//   bounds.ts       the bounds that must hold      report/       tables and the chart
//   constants.ts    shared names and limits        connect/      the cost of connecting services
//
// Words: a ping-pong is a series of round trips. The floor of a mode is the fastest contestant in C;
// where nobody sleeps, that is two processes that spin on one shared cache line (c/spin.c), and
// nothing that crosses cores through memory can be faster. "Default" is busyPollMicros 'auto'.

import { writeFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { capabilities } from 'uintr';
import { measure } from './measure.js';
import { type Options, parseOptions } from './options.js';
import { chart } from './report/chart.js';
import { report } from './report/tables.js';

/** EX_USAGE of sysexits.h, as for the other commands of `uintr`. */
const EXIT_USAGE = 64;

/** Runs the whole program; `name` is what its help calls it. */
export async function bench(args: readonly string[], name = 'bench'): Promise<void> {
  let options: Options;
  try {
    options = parseOptions(args, name);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  const { backend, reason } = capabilities();
  if (backend === null) {
    console.error(`There is nothing to measure here: ${reason}`);
    process.exitCode = 2;
    return;
  }
  const results = await measure(options);
  if (results === undefined) {
    console.error('Nothing that can be measured here matches.');
    process.exitCode = EXIT_USAGE;
    return;
  }
  console.log(report(results));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  }
  if (options.svg === undefined) return;
  if (results.pingPong.length === 0) {
    console.error(`There is no chart in ${options.svg}: no ping-pong was played.`);
  } else {
    writeFileSync(options.svg, await chart(results));
  }
}

if (require.main === module) void bench(process.argv.slice(2));
