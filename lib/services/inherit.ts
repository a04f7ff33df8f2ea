/** Says, and finds out, which inherited descriptor raises which vector. */

import {
  checkFd,
  checkOneOf,
  checkOptions,
  invalidType,
  invalidValue,
  isArray,
} from '../internal/arguments.js';
import { closedError } from '../internal/errors.js';
import { VectorFd } from '../core/vector-fd.js';

export type StdioEntry = 'pipe' | 'ignore' | 'inherit' | number;

export interface InheritOptions {
  /**
   * Who inherits: a process started by `spawn`; one with a channel to its parent, which `fork` and
   * `cluster.setupPrimary` want in `stdio`; or a worker thread, which shares the descriptors of its
   * process. Default: `spawn`.
   */
  readonly to?: 'spawn' | 'fork' | 'worker';
  /** The child's standard input, output and error. Default: all inherited. */
  readonly stdio?: readonly [StdioEntry, StdioEntry, StdioEntry];
  /** The environment to add to. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Spread it into the options of `spawn`, `fork`, `cluster.setupPrimary` or `new Worker`. */
export interface Inheritance {
  /** Of no use to a worker, and left out for it. */
  readonly stdio?: (StdioEntry | 'ipc')[];
  /** With `UINTR_FDS`. For `cluster` it is the argument of `fork`. */
  readonly env: NodeJS.ProcessEnv;
}

/** Names and descriptors as the heir sees them: `tick=3,stop=4`. */
const VARIABLE = 'UINTR_FDS';
const NAME = /^[\w.-]+$/;
const ENTRY = /^([\w.-]+)=(\d{1,9})$/;
const HEIRS = ['spawn', 'fork', 'worker'] as const;

/**
 * Passes vector fds on to a child process or a worker, by names that it finds them under:
 *
 *     spawn('node', ['child.js'], inherit({ tick: receiver.createFd('tick') }));
 *     const tick = new Sender(inherited()['tick']); // child.js
 *
 * Close your own copies once the child has been started: they count as holders. A worker uses these
 * very copies, so leave them open until it has made its senders.
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
    return [name, descriptorOf(name, target)] as const;
  });
  const variable = (descriptor: (fd: number, index: number) => number): NodeJS.ProcessEnv => ({
    ...(options.env ?? process.env),
    [VARIABLE]: entries.map(([name, fd], index) => `${name}=${descriptor(fd, index)}`).join(),
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
 * The descriptors that this process or worker was given by `inherit()`, by name, to make a `Sender`
 * of. A process closes them afterwards; a worker does not, for they are those of its parent.
 *
 * The first call takes `UINTR_FDS` out of `process.env`: its numbers mean nothing to a child of
 * this process. Later calls answer the same.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` when the variable has another form.
 */
export function inherited(): Readonly<Record<string, number>> {
  found ??= parse(process.env[VARIABLE] ?? '');
  Reflect.deleteProperty(process.env, VARIABLE);
  return found;
}

function parse(variable: string): Readonly<Record<string, number>> {
  if (variable === '') return {};
  // Of its own properties, whatever their names: `__proto__`, too.
  return Object.fromEntries(
    variable.split(',').map((entry) => {
      const [, name, fd] = ENTRY.exec(entry) ?? [];
      if (name === undefined) throw invalidValue(VARIABLE, 'like "tick=3,stop=4"', variable);
      return [name, Number(fd)];
    }),
  );
}

function descriptorOf(name: string, target: unknown): number {
  if (!(target instanceof VectorFd)) return checkFd(`vectorFds.${name}`, target);
  if (target.fd === -1) throw closedError('vector fd');
  return target.fd;
}
