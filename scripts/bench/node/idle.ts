// idle SETTINGS
//
// Measures the CPU time of a process that waits in its event loop. Prints Idle as JSON. The sender is
// in a process of its own, so that its time does not count.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, Receiver, type ReceiverStats, Sender } from 'uintr';

export interface IdleSettings {
  readonly backend: Backend;
  /** Undefined: no receiver, for comparison. */
  readonly busyPollMicros?: number | 'auto';
  /** The time between two interrupts. Undefined: none comes. */
  readonly everyMs?: number;
  readonly milliseconds: number;
}

export interface Idle {
  readonly busyPollMicros: IdleSettings['busyPollMicros'];
  readonly everyMs: IdleSettings['everyMs'];
  /** Milliseconds of CPU time per second, in user space and in the kernel together. */
  readonly cpu: number;
  /** The receiver's counters from beginning to end. Undefined without a receiver. */
  readonly stats: ReceiverStats | undefined;
}

const SETTLE_MS = 500;
const VECTOR_FD = 3;
const HOLD = 'hold';

async function measure(settings: IdleSettings): Promise<Idle> {
  const { backend, busyPollMicros, everyMs, milliseconds } = settings;
  let receiver: Receiver | undefined;
  let peer: ChildProcess | undefined;
  if (busyPollMicros !== undefined) {
    receiver = new Receiver({ backend, busyPollMicros });
    receiver.on('interrupt', () => undefined);
    peer = await startPeer(receiver.createFd(0).fd, everyMs);
  }
  await cpuOver(SETTLE_MS); // the first measurement costs more
  const cpu = await cpuOver(milliseconds);
  const stats = receiver?.stats;
  peer?.kill('SIGKILL');
  return { busyPollMicros, everyMs, cpu, stats };
}

/** Milliseconds of CPU time per second, measured over `milliseconds`. */
async function cpuOver(milliseconds: number): Promise<number> {
  const time = performance.now();
  const before = process.cpuUsage();
  await sleep(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (performance.now() - time);
}

/** Starts a process with a sender and waits until it has one. It ends when its stdin, ours, ends. */
async function startPeer(fd: number, everyMs: number | undefined): Promise<ChildProcess> {
  const args = [__filename, HOLD, String(everyMs ?? 0)];
  const peer = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit', fd] });
  if (peer.stdout) await once(peer.stdout, 'data');
  return peer;
}

function hold(everyMs: number): void {
  const sender = new Sender(VECTOR_FD);
  if (everyMs > 0) {
    setInterval(() => {
      sender.send();
    }, everyMs);
  }
  process.stdin.once('end', () => process.exit(0)).resume();
  process.stdout.write('ready');
}

const [, , first = '', second] = process.argv;
if (first === HOLD) {
  hold(Number(second));
} else {
  void measure(JSON.parse(first) as IdleSettings).then((idle) => {
    process.stdout.write(JSON.stringify(idle), () => process.exit(0));
  });
}
