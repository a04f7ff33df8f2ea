// Describes the machine that the benchmark runs on.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { capabilities, type Capabilities } from 'uintr';
import { COMPILER } from './compile.js';
import type { Cpus } from './modes.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly hypervisor: string;
  readonly kernel: string;
  readonly node: string;
  readonly compiler: string;
  readonly pinning: Cpus;
  readonly backend: Capabilities['backend'];
  readonly reason: string;
  readonly loadAverage: number;
}

/** The first two CPUs that this process may run on; the same CPU twice where there is only one. */
function allowedPair(): Cpus {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '0';
  const cpus = list.split(',').flatMap((range) => {
    const [low = 0, high = low] = range.split('-').map(Number);
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  });
  const [first = 0, other = first] = cpus;
  return { first, other };
}

function compiler(): string {
  try {
    const text = execFileSync(COMPILER, ['--version'], { encoding: 'utf8' });
    return text.split('\n', 1)[0] ?? '';
  } catch {
    return 'no C compiler';
  }
}

export function describeMachine(): Machine {
  const { backend, reason } = capabilities();
  const cpuinfo = readFileSync('/proc/cpuinfo', 'utf8');
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    hypervisor: /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo) ? 'virtual machine' : 'bare metal',
    kernel: os.release(),
    node: process.version,
    compiler: compiler(),
    pinning: allowedPair(),
    backend,
    reason,
    loadAverage: os.loadavg()[0] ?? NaN,
  };
}
