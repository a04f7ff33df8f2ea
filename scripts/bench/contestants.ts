// The contestants of the ping-pong: doorbells in C, those that Node has, and uintr.

import path from 'node:path';
import type { Backend } from 'uintr';
import { nameOn, SPIN_ONLY_MICROS } from './constants.js';
import type { Compiled } from './compile.js';
import { type Cpus, type Mode, MODES } from './modes.js';
import { listOfCpus } from './node/pin.js';
import type { Settings } from './node/transport.js';

/** Contestants of one class can replace each other: same kind of sides, same way of waiting. */
export type Class =
  | 'C, processes'
  | 'threads, blocking'
  | 'threads, event loop'
  | 'processes, blocking'
  | 'processes, event loop';

export interface Round {
  readonly mode: Mode;
  readonly cpus: Cpus;
  readonly rounds: number;
  readonly warmUp: number;
  /** The C ping-pong, which measures the floor between chunks. */
  readonly floor?: string;
}

export interface Contestant {
  readonly name: string;
  readonly class: Class;
  readonly ours: boolean;
  /** For fan-in: the number of vectors that the way back takes in turn. Peers have as many. */
  readonly vectors?: number;
  readonly modes: readonly Mode[];
  /** Why the contestant cannot take part here; undefined if it can. */
  readonly absent?: string | undefined;
  /** The program that plays. It writes the time of each round: nanoseconds, as doubles. */
  command(round: Round): readonly string[];
}

const ASLEEP = ['one core', 'two cores'] as const satisfies readonly Mode[];

/** What has to be compiled first. */
export interface Programs {
  /** The ping-pong in C. */
  readonly pingPong: Compiled;
  /** The addon that plays with libuv alone. */
  readonly libuv: Compiled;
}

export function contestants(programs: Programs, backends: readonly Backend[]): Contestant[] {
  return [
    ...inC(programs.pingPong),
    inLibuv(programs.libuv),
    ...nodesOwn(),
    ...backends.flatMap(ours),
  ];
}

/** The floor of everything that sleeps in libuv's event loop. */
function inLibuv({ file, absent }: Compiled): Contestant {
  const program =
    'process.exitCode = require(process.argv[1]).play(...process.argv.slice(2).map(Number))';
  return {
    name: 'C libuv event loop',
    class: 'C, processes',
    ours: false,
    modes: ASLEEP,
    absent,
    command: ({ rounds, warmUp, cpus }) =>
      [process.execPath, '-e', program, file, rounds, warmUp, cpus.first, cpus.other].map(String),
  };
}

function inC({ file, absent }: Compiled): Contestant[] {
  const contestant = (
    transport: string,
    name: string,
    modes: readonly Mode[] = ASLEEP,
  ): Contestant => ({
    name: `C ${name}`,
    class: 'C, processes',
    ours: false,
    modes,
    absent,
    command: ({ rounds, warmUp, cpus }) =>
      [file, transport, rounds, warmUp, cpus.first, cpus.other].map(String),
  });
  return [
    contestant('spin', 'shared cache line, spinning', ['spin']),
    contestant('futex', 'futex'),
    contestant('eventfd', 'eventfd'),
    contestant('pipe', 'pipe'),
    contestant('fifo', 'FIFO'),
    contestant('signal', 'signal'),
    contestant('unix-stream', 'Unix stream socket'),
    contestant('unix-datagram', 'Unix datagram socket'),
    contestant('message-queue', 'POSIX message queue'),
    contestant('tcp', 'TCP loopback'),
  ];
}

function nodesOwn(): Contestant[] {
  const contestant = (
    transport: string,
    name: string,
    kind: Class,
    modes: readonly Mode[] = ASLEEP,
    absent?: string,
  ): Contestant => ({
    name,
    class: kind,
    ours: false,
    modes,
    absent,
    command: (round) => nodeCommand({ transport, ...round }),
  });
  const zeromq = (transport: string, name: string, kind: Class): Contestant =>
    contestant(transport, name, kind, ASLEEP, isInstalled('zeromq') ? undefined : 'not installed');
  return [
    contestant('atomics-spin', 'Atomics, spinning', 'threads, blocking', ['spin']),
    contestant('receive-message-on-port', 'receiveMessageOnPort, polled', 'threads, blocking', [
      'spin',
    ]),
    contestant('atomics-wait', 'Atomics.wait', 'threads, blocking'),
    contestant('atomics-wait-async', 'Atomics.waitAsync', 'threads, event loop'),
    contestant('message-port', 'MessagePort', 'threads, event loop'),
    contestant('broadcast-channel', 'BroadcastChannel', 'threads, event loop'),
    zeromq('zeromq-inproc', 'zeromq inproc', 'threads, event loop'),
    contestant('fifo', 'FIFO by fs', 'processes, blocking'),
    contestant('process-send-json', 'process.send json', 'processes, event loop'),
    contestant('process-send-advanced', 'process.send advanced', 'processes, event loop'),
    contestant('net-unix', 'net Unix socket', 'processes, event loop'),
    zeromq('zeromq-ipc', 'zeromq ipc', 'processes, event loop'),
  ];
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Up to as many interrupts share one callback of Node's; ticks and promises wait for its end. */
const BURST = 64;

function ours(backend: Backend): Contestant[] {
  return (['threads', 'processes'] as const).flatMap((sides) => [
    {
      name: nameOn(backend, 'uintr event loop'),
      class: `${sides}, event loop`,
      ours: true,
      modes: MODES,
      command: (round: Round) =>
        nodeCommand({ transport: `uintr-loop-${sides}`, backend, ...spinning(round), ...round }),
    },
    {
      name: nameOn(backend, 'uintr waitSync'),
      class: `${sides}, blocking`,
      ours: true,
      modes: MODES,
      command: (round: Round) =>
        nodeCommand({ transport: `uintr-sync-${sides}`, backend, ...spinning(round), ...round }),
    },
    {
      name: nameOn(backend, 'uintr event loop, bursts'),
      class: `${sides}, event loop`,
      ours: true,
      modes: ['spin'] as const,
      command: (round: Round) =>
        nodeCommand({
          transport: `uintr-loop-${sides}`,
          backend,
          burst: BURST,
          ...spinning(round),
          ...round,
        }),
    },
    // busyPollMicros 'auto', the default: the receiver decides when to spin. In mode "one core" both
    // sides are pinned from the start; see Settings.pinLate.
    ...(['loop', 'sync'] as const).map((way) => ({
      name: nameOn(backend, `uintr ${way === 'loop' ? 'event loop' : 'waitSync'}, default`),
      class: `${sides}, ${way === 'loop' ? 'event loop' : 'blocking'}` as const,
      ours: true,
      modes: ASLEEP,
      command: (round: Round) =>
        nodeCommand({
          transport: `uintr-${way}-${sides}`,
          backend,
          pinLate: round.mode === 'two cores',
          ...round,
        }),
    })),
  ]);
}

export function spinning({ mode }: Round): Pick<Settings, 'busyPollMicros'> {
  return { busyPollMicros: mode === 'spin' ? SPIN_ONLY_MICROS : 0 };
}

export function nodeCommand(settings: Settings): readonly string[] {
  const program = path.join(__dirname, 'node/first.js');
  const cpus = listOfCpus(settings, settings.cpus.first);
  return ['taskset', '-c', cpus, process.execPath, program, JSON.stringify(settings)];
}
