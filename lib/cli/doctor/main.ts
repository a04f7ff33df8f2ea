// The command `uintr doctor`.

import { parseArgs } from 'node:util';
import { diagnose, type Diagnosis } from './diagnose.js';
import { screen } from './screen.js';

const HELP = `Usage: uintr doctor [options]

Says which backend this machine gives and why, fact by fact, and what to do about what is amiss.
It tries it out, too: an interrupt for each way to wait for one.

Options:
  --json      as JSON, for programs
  -h, --help

Exit status: 0 when hardware is in use, 1 when software is, 2 when neither works.`;

const EXIT = { hardware: 0, software: 1, none: 2 } as const;

/** Returns the exit status. */
export function doctor(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const diagnosis = diagnose();
  // console.log() survives a reader that has gone (`uintr doctor | head`).
  console.log(values.json ? JSON.stringify(diagnosis, undefined, 2) : toScreen(diagnosis));
  return EXIT[diagnosis.backend ?? 'none'];
}

const toScreen = (diagnosis: Diagnosis): string => screen(diagnosis, wantsColors());

/** Decides as Node's own streams do (tty, getColorDepth), also for a stream that is no terminal. */
function wantsColors(): boolean {
  const force = process.env['FORCE_COLOR'];
  if (force !== undefined) return !['0', 'false'].includes(force);
  return process.stdout.isTTY && process.stdout.hasColors();
}
