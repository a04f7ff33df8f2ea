import assert from 'node:assert/strict';
import type { Context } from 'mocha';

const STRACE =
  'strace sees the system calls of the testbed itself; test/hardware counts with its counters';
const NO_VECTOR_PAGE = 'attacks the vector page, which only the software backend has';

const HARDWARE = 'there is hardware';

const DECLARATIONS = 'the declarations are the same, and the testbed slows the compiler down';

const SHARED_VECTORS = 'the receivers of a thread share the 64 vectors of the kernel';

const ONE_USER = 'the processes of one run of the testbed are of one user';

const GO =
  'the testbed takes over every child, and its signals overflow the small stacks of a server in Go';

const SLOW_SENDUIPI =
  'an emulated SENDUIPI and the interrupt after it take about as long as a spin may';

const RELEASE = 'the testbed has a kernel release of its own';

/**
 * The tests that do not run on the hardware backend, by full title, and why. All others do.
 */
const NOT_ON_HARDWARE: Readonly<Record<string, string>> = {
  'the backend is ERR_UINTR_NO_HARDWARE with the reason where there is none': HARDWARE,
  'a dependent’s compiler knows listen and all else, by import and by require': DECLARATIONS,
  'the ping-pong example says why there is no hardware': HARDWARE,
  'the C sender example says why there is no hardware': HARDWARE,
  'pending belongs to one vector fd alone':
    'the CPU has one pending bit per vector, which all its vector fds share',
  'pending shows masked interrupts, too':
    'the CPU holds masked interrupts back; they reach memory only after STUI',
  'several receivers on a thread have 64 vectors each': SHARED_VECTORS,
  'several receivers on a thread can be hundreds, and leave nothing': SHARED_VECTORS,
  'a hostile holder harms nobody else: scribble ones': NO_VECTOR_PAGE,
  'a hostile holder harms nobody else: scribble noise': NO_VECTOR_PAGE,
  'a hostile holder harms nobody else: scribble zeros': NO_VECTOR_PAGE,
  'a hostile holder harms nobody else: all of PIR': NO_VECTOR_PAGE,
  'a hostile holder harms nobody else: scribble forever': NO_VECTOR_PAGE,
  'a hostile holder harms nobody else: flip forever': NO_VECTOR_PAGE,
  'a hostile holder does not make waitSync give up early by waking the receiver for nothing':
    NO_VECTOR_PAGE,
  'the NATS bridge example carries interrupts from one host’s receiver to another’s, and outlives its server':
    GO,
  'a rendezvous of several users tells authorize uid, gid and pid, and a refused peer the reason':
    ONE_USER,
  'a rendezvous of several users limits the requests per user: those of one do not count for another':
    ONE_USER,
  'a rendezvous of several users keeps half of the connections for other users': ONE_USER,
  'a rendezvous of several users gives the places of a user that has left to the next': ONE_USER,
  'too many descriptors in flight are ETOOMANYREFS in send and createFd, and none is left open':
    ONE_USER,
  'too many descriptors in flight make the receiver refuse a peer, with 300 in flight, and not the next':
    ONE_USER,
  'too many descriptors in flight make the receiver refuse a peer, with 101 in flight, and not the next':
    ONE_USER,
  'too many descriptors in flight make the receiver refuse a peer, with 100 in flight, and not the next':
    ONE_USER,
  'a socket file without /proc is ENOTSUP under an old kernel where others could replace it':
    RELEASE,
  'FdListener leaves nothing but its file, and removes what a killed listener left': STRACE,
  'a descriptor of another process whose end blocks does a rendezvous no harm where the kernel is too old to refuse it':
    STRACE,
  'busyPollMicros: auto adds no system calls to an idle process': STRACE,
  'busyPollMicros: auto in a ping-pong of two threads soon stops spinning when both are moved to one CPU':
    SLOW_SENDUIPI,
  'busyPollMicros: auto in a ping-pong of two threads spins on two CPUs until neither of them sleeps any more':
    SLOW_SENDUIPI,
  'stats, compared with strace, count every futex of a waitSync and of the sender that wakes one':
    STRACE,
  'stats, compared with strace, count every futex_waitv of a waitSync': STRACE,
  'stats, compared with strace, count what a waitSync on eventfds calls, and what its epoll set takes':
    STRACE,
  'stats, compared with strace, in the event loop count what changes the trigger of an eventfd, and every write that wakes the loop':
    STRACE,
  'stats, compared with strace, in the event loop count what empties an eventfd where its trigger cannot be changed':
    STRACE,
  'stats, compared with strace, count every yield while spinning': STRACE,
  'stats, compared with strace, count every yield, and every look for a crowd, while spinning by auto':
    STRACE,
  'system calls are none in 10,000 times: send to an awake receiver': STRACE,
  'system calls are none in 10,000 times: poll and test': STRACE,
  'system calls are none in 10,000 times: messages over a channel': STRACE,
  'system calls are 10,000 where one is made each time, which shows that strace sees all of them':
    STRACE,
  'system calls are one to sleep in waitSync, and one to wake it': STRACE,
  'system calls are one to sleep in the event loop, and one to wake it': STRACE,
};

const onHardware = process.env['UINTR_BACKEND'] === 'hardware';
const left = new Set(Object.keys(NOT_ON_HARDWARE));

/** Loaded by mocha before the tests (.mocharc.json). */
export const mochaHooks = {
  beforeEach(this: Context): void {
    const title = this.currentTest?.fullTitle() ?? '';
    if (!onHardware || !(title in NOT_ON_HARDWARE)) return;
    left.delete(title);
    this.skip();
  },
  /** scripts/test.js says that all tests have run: a title that is left over has changed. */
  afterAll(): void {
    if (onHardware && process.env['UINTR_TEST_ALL'] === '1') assert.deepEqual([...left], []);
  },
};
