// Counts the instructions of each step on the software backend. The figures are the same in every
// run. Needs valgrind.
//
//     npm run instructions -- [--json file]

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { count, table } from '../bench/report/table.js';
import { hasCallgrind, type Instructions, instructionsOf, totalOf } from './callgrind.js';
import { STEPS, type StepName } from './steps.js';

async function main(): Promise<void> {
  const { json } = new Command('instructions')
    .description('Counts the instructions of each step of an interrupt.')
    .option('--json <file>', 'write the figures there')
    .parse()
    .opts<{ json?: string }>();
  if (!hasCallgrind()) {
    console.error('This needs valgrind: apt-get install valgrind');
    process.exitCode = 2;
    return;
  }
  const figures: Partial<Record<StepName, Instructions>> = {};
  const rows: string[][] = [];
  for (const step of Object.keys(STEPS) as StepName[]) {
    const each = await instructionsOf(step);
    figures[step] = each;
    const parts = [totalOf(each), each.addon, each.javascript, each.node];
    rows.push([step, ...parts.map(count)]);
  }
  console.log(`Instructions, software backend, one thread; Node ${process.version}`);
  console.log(table(['<', 'all', 'addon', 'JavaScript', 'node and V8'], rows));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

void main();
