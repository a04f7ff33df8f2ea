#!/usr/bin/env node
// The command `uintr`: for people, where everything else in lib/ is for programs.

import path from 'node:path';
import { build } from './build.js';
import { doctor } from './doctor/main.js';
import { packageRoot } from '../internal/package.js';
import { version } from './package.js';

const HELP = `Usage: uintr <command> [options]

Commands:
  doctor  which backend this machine gives and why, fact by fact
  build   compiles the addon, where the package brings none for this machine
  bench   how long a doorbell takes, beside what else Node has to offer

Options:
  -h, --help     this; of a command: uintr <command> --help
  -v, --version`;

/** EX_USAGE of sysexits.h. The doctor uses 1 and 2. */
const EXIT_USAGE = 64;

/** The benchmark's module: scripts/bench/main.ts, bundled by scripts/bundle-bench.js. */
interface Bench {
  bench(args: readonly string[], name: string): Promise<void>;
}

async function bench(args: readonly string[]): Promise<undefined> {
  const program = path.join(packageRoot(), 'dist/bench/main.js');
  await ((await import(program)) as Bench).bench(args, 'uintr bench');
}

async function run([command, ...args]: readonly string[]): Promise<number | undefined> {
  switch (command) {
    case 'doctor':
      return doctor(args);
    case 'build':
      return build(args);
    case 'bench':
      return bench(args);
    case '-h':
    case '--help':
    case 'help':
      console.log(HELP);
      return 0;
    case '-v':
    case '--version':
      console.log(version());
      return 0;
    case undefined:
      console.error(HELP);
      return EXIT_USAGE;
    default:
      console.error(`uintr: there is no command "${command}"\n\n${HELP}`);
      return EXIT_USAGE;
  }
}

async function main(): Promise<void> {
  try {
    // Not process.exit(): output may not have been written yet.
    process.exitCode = (await run(process.argv.slice(2))) ?? process.exitCode;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(`uintr: ${message}`);
    process.exitCode = code?.startsWith('ERR_PARSE_ARGS') ? EXIT_USAGE : 70; // EX_SOFTWARE
  }
}

void main();
