// Advice for errors of system calls.

import { DESCRIPTORS } from '../../../core/descriptors.js';
import { REPORT_IT } from '../fact.js';
import type { Failure } from '../report.js';

const SYSTEM_CALLS =
  'memfd_create, eventfd2, futex, futex_waitv, epoll_*, socketpair, sendmsg, recvmsg, mmap, fcntl';

export function adviceFor({ code = '', syscall }: Partial<Failure> = {}): string {
  if (['EMFILE', 'ENFILE', 'ETOOMANYREFS'].includes(code)) return RAISE_THE_LIMIT;
  if (['EPERM', 'EACCES', 'ENOSYS'].includes(code)) {
    return (
      `A seccomp filter, a container runtime or a security module refuses ${syscall ?? 'a call'}: ` +
      `allow it. uintr calls ${SYSTEM_CALLS}; on kernels with rfc-v1 also kcmp.`
    );
  }
  return REPORT_IT;
}

export const RAISE_THE_LIMIT =
  'Raise the limit on descriptors: ulimit -n 65536, LimitNOFILE= of systemd, --ulimit nofile= of ' +
  `Docker. A vector fd takes ${DESCRIPTORS.vectorFd.software} in its receiver and ` +
  `${DESCRIPTORS.sender.software} in a sender (on hardware ${DESCRIPTORS.vectorFd.hardware} and ` +
  `${DESCRIPTORS.sender.hardware}), and until it is received ${DESCRIPTORS.inFlight} of what an unprivileged user may have in ` +
  'flight.';
