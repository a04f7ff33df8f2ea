// Counts instructions with callgrind (valgrind.org). It emulates the CPU, so the count is the same in
// every run, whatever else the machine does.

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { StepName } from './steps.js';

const execute = promisify(execFile);

/** The instructions of one step, by the place of the code. */
export interface Instructions {
  /** In uintr.node. */
  readonly addon: number;
  /** In code that V8 has compiled from JavaScript. */
  readonly javascript: number;
  /** In node (V8's built-in functions, Node-API, libuv) and in the C library. */
  readonly node: number;
}

export const totalOf = ({ addon, javascript, node }: Instructions): number =>
  addon + javascript + node;

export const hasCallgrind = (): boolean => spawnSync('valgrind', ['--version']).status === 0;

// With these options V8 optimises on the main thread, and always at the same point.
const NODE = [process.execPath, '--single-threaded', '--predictable'];
const TIMES = 50_000;
const PATIENCE_MS = 90_000;

export async function instructionsOf(step: StepName): Promise<Instructions> {
  const folder = mkdtempSync(path.join(tmpdir(), 'uintr-callgrind-'));
  const options = {
    cwd: folder,
    timeout: PATIENCE_MS,
    env: { ...process.env, UINTR_BACKEND: 'software' },
  };
  // Callgrind writes a file before each testui(). The second file has the instructions to count.
  const callgrind = ['--callgrind-out-file=counts', '--dump-before=uintr::software::*testui*'];
  const program = [path.join(__dirname, 'steps.js'), step, String(TIMES)];
  try {
    await execute(
      'valgrind',
      ['--tool=callgrind', '--smc-check=all-non-file', ...callgrind, ...NODE, ...program],
      options,
    );
    const sum = sumOf(readFileSync(path.join(folder, 'counts.2'), 'utf8'));
    return {
      addon: sum.addon / TIMES,
      javascript: sum.javascript / TIMES,
      node: sum.node / TIMES,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Sums up a file in callgrind's format ("Callgrind Format Specification", valgrind.org).
 * callgrind_annotate is of no use here: it adds the cost of calls that began before the file.
 */
export function sumOf(file: string): Instructions {
  const objects = new Map<string, string>(); // names by number, as the file abbreviates them
  const sum = { addon: 0, javascript: 0, node: 0 };
  let part: keyof Instructions = 'node';
  let isOfCall = false; // the line after `calls=` has the cost of the callee
  for (const line of file.split('\n')) {
    const [, how, number = '', name] = /^(c?ob)=(\(\d+\))(?: (.*))?$/.exec(line) ?? [];
    if (name !== undefined) objects.set(number, name);
    if (how === 'ob') part = partOf(objects.get(number) ?? '');
    const [, cost] = /^[+*\d-]\S* (\d+)$/.exec(line) ?? [];
    if (cost !== undefined && !isOfCall) sum[part] += Number(cost);
    isOfCall = line.startsWith('calls=');
  }
  return sum;
}

function partOf(object: string): keyof Instructions {
  if (object.endsWith('.node')) return 'addon';
  return object === '???' ? 'javascript' : 'node'; // V8's compiled code belongs to no file
}
