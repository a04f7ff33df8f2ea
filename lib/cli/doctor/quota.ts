// Computes the CPU time that the control groups of this process leave it, in cores.

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the least quota of all groups above this process, cgroups(7); null means no quota. */
export function cpuQuota(
  groups = readFileSync('/proc/self/cgroup', 'utf8'),
  mount = '/sys/fs/cgroup',
): number | null {
  let least: number | null = null;
  for (const line of groups.split('\n')) {
    const [, controllers, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (group === undefined) continue;
    const isV2 = controllers === '';
    if (!isV2 && !controllers?.split(',').includes('cpu')) continue;
    for (let at = group; ; at = path.dirname(at)) {
      // In a container the path may be the host's: then only the root of the mount exists.
      const quota = isV2 ? quotaV2(path.join(mount, at)) : quotaV1(path.join(mount, 'cpu', at));
      if (quota !== null) least = Math.min(least ?? Infinity, quota);
      if (path.dirname(at) === at) break;
    }
  }
  return least;
}

/** Reads "MAX PERIOD" in cpu.max: Documentation/admin-guide/cgroup-v2.rst of Linux. */
function quotaV2(folder: string): number | null {
  const [max, period] = wordsOf(path.join(folder, 'cpu.max'));
  return ratio(max, period);
}

/** A quota of -1 means none: Documentation/scheduler/sched-bwc.rst of Linux. */
function quotaV1(folder: string): number | null {
  const [max] = wordsOf(path.join(folder, 'cpu.cfs_quota_us'));
  const [period] = wordsOf(path.join(folder, 'cpu.cfs_period_us'));
  return ratio(max, period);
}

function ratio(max: string | undefined, period: string | undefined): number | null {
  const cores = Number(max) / Number(period);
  return cores > 0 && Number.isFinite(cores) ? cores : null;
}

function wordsOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split(/\s+/);
  } catch {
    return [];
  }
}
