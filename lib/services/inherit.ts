/** Tells a child process or a worker which of its descriptors raises which vector. */

import { fstatSync } from 'node:fs';
import process from 'node:process';
import { descriptorOf, type VectorFd } from '../core/vector-fd.js';
import {
  checkOneOf,
  checkOptions,
  invalidType,
  invalidValue,
  isArray,
} from '../internal/arguments.js';
import { UintrError } from '../internal/errors.js';

/** A standard stream of a child, as `child_process.spawn()` takes it. */
export type StdioEntry = 'pipe' | 'ignore' | 'inherit' | number;

/** The options of `inherit()`. */
export interface InheritOptions {
  /**
   * Who inherits. `spawn` (the default): a process. `fork`: a process with an IPC channel to its
   * parent, which `fork` and `cluster.setupPrimary` want in `stdio`. `worker`: a worker thread,
   * which shares the descriptors of its process.
   */
  readonly to?: 'spawn' | 'fork' | 'worker';
  /** The child's standard input, output and error. Default: all inherited. */
  readonly stdio?: readonly [StdioEntry, StdioEntry, StdioEntry];
  /** The environment to add to. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Options to spread into those of `spawn`, `fork`, `cluster.setupPrimary` or `new Worker`. */
export interface Inheritance {
  /** The child's descriptors. Absent for a worker, which has no use for it. */
  readonly stdio?: (StdioEntry | 'ipc')[];
  /** The environment with `UINTR_FDS` in it. For `cluster` it is the argument of `fork`. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Holds names and descriptors as the heir sees them, each with what it must refer to (`identity()`):
 * `tick=3:8:4711,stop=4:8:4712`.
 */
const VARIABLE = 'UINTR_FDS';
const NAME = /^[\w.-]+$/;
const ENTRY = /^([\w.-]+)=(\d{1,9}):(\d{1,20}:\d{1,20})$/;
const HEIRS = ['spawn', 'fork', 'worker'] as const;

/**
 * Passes vector fds on to a child process or a worker, which finds them by their names:
 *
 *     spawn('node', ['child.js'], inherit({ tick: receiver.createFd('tick') }));
 *     const tick = new Sender(inherited()['tick']); // child.js
 *
 * Close your own copies once the child has been started: they count as holders. A worker uses these
 * very copies, so leave them open until it has made its senders.
 *
 * @param vectorFds vector fds or their numbers, by names of letters, digits, `.`, `_` and `-`.
 * @throws {UintrError} `ERR_UINTR_CLOSED` for a closed `VectorFd`, `EBADF` for a number that is not
 * open.
 */
export function inherit(
  vectorFds: Readonly<Record<string, VectorFd | number>>,
  options: InheritOptions = {},
): Inheritance {
  checkOptions('vectorFds', vectorFds);
  checkOptions('options', options);
  const to = checkOneOf('options.to', options.to ?? 'spawn', HEIRS);
  const entries = Object.entries(vectorFds).map(([name, target]) => {
    if (!NAME.test(name)) {
      throw invalidValue('vectorFds', 'named by letters, digits, ".", "_" and "-"', name);
    }
    const fd = descriptorOf(`vectorFds.${name}`, target);
    const found = identity(fd);
    if (found === undefined) {
      throw new UintrError('EBADF', `vectorFds.${name} is not open: ${fd}`);
    }
    return [name, fd, found] as const;
  });
  const variable = (descriptor: (fd: number, index: number) => number): NodeJS.ProcessEnv => ({
    ...(options.env ?? process.env),
    [VARIABLE]: entries
      .map(([name, fd, found], index) => `${name}=${descriptor(fd, index)}:${found}`)
      .join(),
  });
  if (to === 'worker') return { env: variable((fd) => fd) };
  const standard: readonly StdioEntry[] = options.stdio ?? ['inherit', 'inherit', 'inherit'];
  if (!isArray(standard) || standard.length !== 3) {
    throw invalidType('options.stdio', 'an array of three', standard);
  }
  // The place in `stdio` is the number in the child (child_process.spawn).
  const before: (StdioEntry | 'ipc')[] = [...standard, ...(to === 'fork' ? ['ipc' as const] : [])];
  return {
    stdio: [...before, ...entries.map(([, fd]) => fd)],
    env: variable((_, index) => before.length + index),
  };
}

let found: Readonly<Record<string, number>> | undefined;

/**
 * Returns the descriptors that `inherit()` gave to this process or worker, by name. Make a `Sender`
 * of each. A process closes them afterwards; a worker does not, for they are those of its parent.
 *
 * The first call takes `UINTR_FDS` out of `process.env`: its numbers mean nothing to a child of
 * this process. Later calls return the same object.
 *
 * @throws {UintrError} `ERR_UINTR_NOT_INHERITED` when a descriptor is not the one that `inherit()` was
 * given. A program between the two processes, such as `npm run`, `npx`, `tsx`, `node --watch`, `node
 * --test` or `sudo`, passes the environment on, but not the descriptors.
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` when `UINTR_FDS` has another form.
 */
export function inherited(): Readonly<Record<string, number>> {
  found ??= parse(process.env[VARIABLE] ?? '');
  Reflect.deleteProperty(process.env, VARIABLE);
  return found;
}

function parse(variable: string): Readonly<Record<string, number>> {
  if (variable === '') return {};
  // Object.fromEntries() makes own properties of all names, `__proto__` included.
  return Object.fromEntries(
    variable.split(',').map((entry) => {
      const [, name, number, passed] = ENTRY.exec(entry) ?? [];
      if (name === undefined) {
        throw invalidValue(VARIABLE, 'like "tick=3:8:4711,stop=4:8:4712"', variable);
      }
      const fd = Number(number);
      if (identity(fd) !== passed) throw notInherited(name, fd);
      return [name, fd];
    }),
  );
}

/**
 * Returns what an open descriptor refers to, the same for all its duplicates: device and inode
 * (fstat(2)). Each socket has an inode of its own. Undefined for a number that is not open.
 */
function identity(fd: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

const notInherited = (name: string, fd: number): UintrError =>
  new UintrError(
    'ERR_UINTR_NOT_INHERITED',
    `descriptor ${fd} is not the vector fd "${name}" that ${VARIABLE} tells of. A program between ` +
      `this process and the one that called inherit(), such as npm run, npx, tsx, node --watch, node ` +
      `--test or sudo, has passed on the environment but not the descriptors: start this ` +
      `program without it, or use connect()`,
  );
