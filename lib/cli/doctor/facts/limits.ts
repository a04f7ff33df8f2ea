// Facts about limits: descriptors and cores.

import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import type { Backend } from '../../../core/capabilities.js';
import { DESCRIPTORS, MAX_TARGETS } from '../../../core/descriptors.js';
import { MAX_VECTOR } from '../../../core/vectors.js';
import { type Examination, told } from '../examine.js';
import { type Fact, fact, type Finding, note, ok, problem } from '../fact.js';
import { cpuQuota } from '../quota.js';
import { RAISE_THE_LIMIT } from './advice.js';

export function limitFacts(examination: Examination): Fact[] {
  const backend = told(examination, 'choice')[0]?.backend ?? 'software';
  return [
    fact('descriptors', 'Descriptors', () => descriptors(backend)),
    fact('cores', 'Cores', cores),
  ];
}

/** Reads /proc/PID/limits, proc(5). Node itself raises the soft limit to the hard one. */
function descriptors(backend: Backend): Finding {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  const limit = soft === 'unlimited' ? Infinity : Number(soft);
  if (!(limit > 0)) throw new Error('/proc/self/limits does not say');
  const free = limit - readdirSync('/proc/self/fd').length;
  const room = (each: number, fixed = 0): number => Math.max(0, Math.floor((free - fixed) / each));
  const receive = room(DESCRIPTORS.vectorFd[backend], DESCRIPTORS.receiver);
  const targets = backend === 'hardware' ? MAX_TARGETS : Infinity;
  const send = Math.min(room(DESCRIPTORS.sender[backend]), targets);
  const value = `${soft ?? ''}: to receive on ${receive} vector fds, or send to ${send}`;
  const finite = (n: number): number | null => (Number.isFinite(n) ? n : null);
  const data = {
    soft: finite(limit),
    hard: hard === 'unlimited' ? null : Number(hard),
    receive: finite(receive),
    send: finite(send),
    targets: finite(targets),
    inFlight: finite(Math.floor(limit / DESCRIPTORS.inFlight)),
  };
  return receive < MAX_VECTOR + 1 ? problem(value, RAISE_THE_LIMIT, data) : ok(value, data);
}

const ONE_CORE =
  'There is less than a core for each side, and busy polling takes the time that the sender ' +
  'needs: set busyPollMicros to 0, or leave it at auto, which stops where it does not pay.';

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
