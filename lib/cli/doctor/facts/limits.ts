// How much of what there is: descriptors and cores.

import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { type Fact, fact, type Finding, note, ok, problem } from '../fact.js';
import { cpuQuota } from '../quota.js';
import { RAISE_THE_LIMIT } from './advice.js';

const RECEIVER_TAKES = 3; // of each vector fd: both ends of the socketpair, and the eventfd
const SENDER_TAKES = 2; // its own of the vector fd, and the eventfd
// unix(7), ETOOMANYREFS: of all processes of an unprivileged user together.
const IN_FLIGHT_TAKES = 3;
const RECEIVER_ITSELF = 4;
const VECTORS = 64;

export function limitFacts(): Fact[] {
  return [fact('descriptors', 'Descriptors', descriptors), fact('cores', 'Cores', cores)];
}

/** proc(5), /proc/PID/limits. Node itself raises the soft limit to the hard one. */
function descriptors(): Finding {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  const limit = soft === 'unlimited' ? Infinity : Number(soft);
  if (!(limit > 0)) throw new Error('/proc/self/limits does not say');
  const free = limit - readdirSync('/proc/self/fd').length;
  const room = (each: number, fixed = 0): number => Math.max(0, Math.floor((free - fixed) / each));
  const receive = room(RECEIVER_TAKES, RECEIVER_ITSELF);
  const send = room(SENDER_TAKES);
  const value = `${soft ?? ''}: to receive on ${receive} vector fds, or send to ${send}`;
  const finite = (n: number): number | null => (Number.isFinite(n) ? n : null);
  const data = {
    soft: finite(limit),
    hard: hard === 'unlimited' ? null : Number(hard),
    receive: finite(receive),
    send: finite(send),
    inFlight: finite(Math.floor(limit / IN_FLIGHT_TAKES)),
  };
  return receive < VECTORS ? problem(value, RAISE_THE_LIMIT, data) : ok(value, data);
}

const ONE_CORE =
  'There is less than a core for each side, and spinning takes the time that the sender needs: ' +
  'set busyPollMicros to 0, or leave it at auto, which stops spinning where it does not pay.';

function cores(): Finding {
  const available = os.availableParallelism();
  const status = readFileSync('/proc/self/status', 'utf8');
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? 'unknown';
  const quota = cpuQuota();
  const value =
    `${available} of ${os.cpus().length} (CPUs ${allowed}), ` +
    (quota === null ? 'no quota' : `a quota of ${quota}`);
  const data = { available, allowed, quota };
  return Math.min(available, quota ?? Infinity) < 2 ? note(value, ONE_CORE, data) : ok(value, data);
}
