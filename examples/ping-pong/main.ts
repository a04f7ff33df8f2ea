// Measures round trips of one interrupt between two threads and two processes, beside MessagePort
// and process.send.
//
//   main.ts    options and results
//   play.ts    the side that serves: starts the other side, and times the round trips
//   other.ts   the side that answers, a worker or a child process

import { parseArgs } from 'node:util';
import { type BackendChoice, capabilities, Receiver, UintrError } from 'uintr';
import { play, type Sides, type Way } from './play.js';

const USAGE = `Usage: ping-pong [--backend auto|hardware|software] [--rounds N]

Measures round trips by user interrupts, beside MessagePort and process.send.

  --backend   who carries the interrupts (default: auto)
  --rounds    round trips per row, 1 to 10,000,000 (default: 10000)
`;
const EX_USAGE = 64; // sysexits.h
const MAX_ROUNDS = 10_000_000;
const SIDES: readonly Sides[] = ['threads', 'processes'];
const WAYS: readonly Way[] = ['waitSync', 'event loop', 'messages'];

interface Options {
  readonly backend: BackendChoice;
  readonly rounds: number;
}

function isBackend(text: string): text is BackendChoice {
  return ['auto', 'hardware', 'software'].includes(text);
}

/** Undefined if somebody asked for help. */
function parseOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      backend: { type: 'string', default: 'auto' },
      rounds: { type: 'string', default: '10000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  if (!isBackend(values.backend)) throw new TypeError(`no such backend: ${values.backend}`);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new RangeError(`not a number of rounds: ${values.rounds}`);
  }
  return { backend: values.backend, rounds };
}

/** The backend that `choice` gives, and why. */
function describe(choice: BackendChoice): string {
  using receiver = new Receiver({ backend: choice });
  const { backend, reason } = capabilities();
  return receiver.backend === backend
    ? `${backend} backend: ${reason}`
    : `${receiver.backend} backend, as told; auto takes ${String(backend)}: ${reason}`;
}

function nameOf(sides: Sides, way: Way): string {
  if (way !== 'messages') return way;
  return sides === 'threads' ? 'MessagePort' : 'process.send';
}

/** Of sorted times: the one that `share` of them do not exceed. */
function percentile(sorted: Float64Array, share: number): string {
  return (sorted[Math.ceil(sorted.length * share) - 1] ?? NaN).toFixed(2);
}

function printRow(between: string, way: string, p50: string, p99: string): void {
  console.log([between.padEnd(10), way.padEnd(13), p50.padStart(9), p99.padStart(9)].join(''));
}

async function main({ backend, rounds }: Options): Promise<void> {
  console.log(`Node ${process.version}, ${describe(backend)}\n`);
  printRow('between', 'waiting in', 'p50 µs', 'p99 µs');
  for (const sides of SIDES) {
    for (const way of WAYS) {
      const times = (await play({ sides, way, rounds, backend })).sort();
      printRow(sides, nameOf(sides, way), percentile(times, 0.5), percentile(times, 0.99));
    }
  }
}

function readOptions(): Options | undefined {
  try {
    const options = parseOptions();
    if (options === undefined) process.stdout.write(USAGE);
    return options;
  } catch (error) {
    console.error(`ping-pong: ${error instanceof Error ? error.message : String(error)}\n`);
    process.stderr.write(USAGE);
    process.exitCode = EX_USAGE;
    return undefined;
  }
}

const options = readOptions();
if (options !== undefined) {
  main(options).catch((error: unknown) => {
    // The message says it all, for example where hardware is asked for and missing.
    console.error(error instanceof UintrError ? `ping-pong: ${error.message}` : error);
    process.exitCode = 1;
  });
}
