import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { settles } from './settle.js';

/** The resources that the library could leave behind in this process. */
export interface Footprint {
  readonly fds: readonly string[];
  /** Mappings of memory files, which only the library makes. */
  readonly mappings: readonly string[];
  readonly threads: number;
}

function openFds(): string[] {
  const open: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      open.push(`${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}`);
    } catch {
      // The descriptor by which the folder was read.
    }
  }
  return open.sort();
}

export function footprint(): Footprint {
  return {
    fds: openFds(),
    mappings: readFileSync('/proc/self/maps', 'utf8')
      .split('\n')
      .filter((line) => line.includes('/memfd:uintr')),
    threads: readdirSync('/proc/self/task').length,
  };
}

/**
 * Asserts that a piece of work leaves the process with nothing that it did not have before.
 *
 * @param collect for memory that goes with its last view.
 */
export async function leavesNothing(work: () => unknown, collect?: () => void): Promise<void> {
  const before = footprint();
  await work();
  await settles(() => {
    collect?.();
    // A resource that went away meanwhile belonged to an earlier test, with a child or worker still ending.
    const after = footprint();
    assert.deepEqual(
      {
        fds: after.fds.filter((fd) => !before.fds.includes(fd)),
        mappings: after.mappings.filter((mapping) => !before.mappings.includes(mapping)),
        threads: Math.max(after.threads - before.threads, 0),
      },
      { fds: [], mappings: [], threads: 0 },
    );
  });
}
