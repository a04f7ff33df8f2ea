import { readFileSync } from 'node:fs';

/** The CPUs that this process may run on. */
export function allowedCpus(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** Whether other threads want a CPU all the time: proc_loadavg(5), the fourth field. */
export function isMachineBusy(): boolean {
  const LOOKS = 20;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let least = Infinity;
  for (let i = 0; i < LOOKS; ++i) {
    const [running = '1'] = readFileSync('/proc/loadavg', 'utf8').split(' ')[3]?.split('/') ?? [];
    least = Math.min(least, Number(running));
    Atomics.wait(pause, 0, 0, 10);
  }
  return least > 1;
}
