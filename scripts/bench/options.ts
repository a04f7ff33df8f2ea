// The options of the benchmark's command line.

import { Command, InvalidArgumentError, Option } from 'commander';
import { type Mode, MODES } from './modes.js';

export interface Options {
  readonly quick: boolean;
  readonly only?: RegExp;
  readonly mode: readonly Mode[];
  readonly repeats?: number;
  readonly rounds?: number;
  readonly json?: string;
  readonly svg?: string;
}

/**
 * Parses the arguments; `name` is what the help calls the program. Throws a CommanderError after it
 * has printed the help or a complaint.
 */
export function parseOptions(args: readonly string[], name: string): Options {
  return new Command(name)
    .exitOverride()
    .description('Measures uintr beside every other doorbell that a Node program can pick.')
    .option('-q, --quick', 'less of everything, for a first look', false)
    .option(
      '--only <pattern>',
      'only the contestants that match, and those of "send()", "breakdown", "fan-in", ' +
        '"receivers", "flood", "pairs" and "idle"',
      parsePattern,
    )
    .addOption(
      new Option('--mode <modes...>', 'only these modes').choices(MODES).default(MODES, 'all'),
    )
    .option('-r, --repeats <count>', 'runs per contestant', parseCount)
    .option('-n, --rounds <count>', 'round trips per run', parseCount)
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
