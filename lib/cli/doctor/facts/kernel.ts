// Facts about what the software backend uses of the kernel where the kernel has it.

import os from 'node:os';
import { type Examination, told } from '../examine.js';
import { type Fact, fact, note, ok } from '../fact.js';

const isBefore = (major: number, minor: number): boolean => {
  const [ours = 0, ourMinor = 0] = os
    .release()
    .split('.')
    .map((part) => Number.parseInt(part));
  return ours < major || (ours === major && ourMinor < minor);
};

export function kernelFacts(examination: Examination): Fact[] {
  const [report] = told(examination, 'capabilities');
  if (report === undefined || report.capabilities.backend === null) return [];
  const { futexWaitv, sealFutureWrite } = report.capabilities.kernel;
  return [
    fact('kernel.futexWaitv', 'futex_waitv', () => {
      const data = { futexWaitv };
      if (futexWaitv) return ok('yes: waitSync sleeps on several vectors', data);
      const why = isBefore(5, 16)
        ? 'Linux 5.16 and later have futex_waitv.'
        : 'A seccomp filter refuses futex_waitv: allow it.';
      return note('no', `${why} Without it waitSync on several vectors uses eventfds.`, data);
    }),
    fact('kernel.sealFutureWrite', 'State page', () => {
      const data = { sealFutureWrite };
      if (sealFutureWrite) return ok('sealed: holders of a vector fd cannot write it', data);
      const advice = isBefore(5, 1)
        ? 'Linux before 5.1 cannot keep holders of a vector fd from writing the state page ' +
          '(F_SEAL_FUTURE_WRITE): hand vector fds only to processes that you trust.'
        : 'Sealing could not be tried: a seccomp filter refuses memfd_create, or there are no ' +
          'descriptors left.';
      return note('not sealed', advice, data);
    }),
  ];
}
