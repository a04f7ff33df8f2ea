import assert from 'node:assert/strict';
import { fixture } from './support/remote.js';
import { hasStrace, nameOf, systemCalls, type SystemCall, threadOf, V8 } from './support/strace.js';

// In fixtures/counted.ts. The tests ask for no system call per time, and not for none at all, because
// the runtime makes some of its own, whatever runs: V8 maps memory and wakes its threads (the calls
// of V8), glibc looks for the bounds of a stack (sched_getaffinity in pthread_getattr_np), Node asks
// for its process id. A system call of ours would come 10,000 times.
const TIMES = 10_000;
const SLEEPS = 200;

/** Calls of V8's and Node's other threads, which come and go. */
const between = (what: string): { main: SystemCall[]; echo: SystemCall[] } => {
  const calls = systemCalls(fixture('counted'), what);
  const count = new Map<number, number>();
  for (const call of calls) count.set(threadOf(call), (count.get(threadOf(call)) ?? 0) + 1);
  const busiest = [...count].sort(([, a], [, b]) => b - a).map(([thread]) => thread);
  const of = (thread: number | undefined): SystemCall[] =>
    calls.filter((call) => threadOf(call) === thread);
  return { main: of(busiest[0]), echo: of(busiest[1]) };
};

/** How often each one is called. The futexes of V8 are private, the others are ours. */
const names = (calls: readonly SystemCall[]): Record<string, number> => {
  const result: Record<string, number> = {};
  for (const call of calls) {
    const isOurs = /\bfutex\(\w+, FUTEX_(WAIT|WAKE),/.test(call);
    const name = isOurs ? 'shared futex' : nameOf(call);
    if (name !== undefined) result[name] = (result[name] ?? 0) + 1;
  }
  return result;
};

describe('system calls', function () {
  before(function () {
    if (!hasStrace) this.skip();
  });

  for (const what of ['send to an awake receiver', 'poll and test', 'messages over a channel']) {
    it(`are none in 10,000 times: ${what}`, () => {
      for (const [name, count] of Object.entries(names(systemCalls(fixture('counted'), what)))) {
        const limit = TIMES / (V8.test(name) ? 20 : 1000);
        assert.ok(count < limit, `${count} times ${name}`);
      }
    });
  }

  it('are 10,000 where one is made each time, which shows that strace sees all of them', () => {
    const calls = systemCalls(fixture('counted'), 'ask for a file');
    const asked = calls.filter((call) => call.includes('/uintr-test/file'));
    assert.equal(asked.length, TIMES);
  });

  it('are one to sleep in waitSync, and one to wake it', () => {
    const { main, echo } = between('wake a waitSync');
    for (const calls of [main, echo]) {
      const counted = names(calls);
      const { 'shared futex': futex = 0, write = 0 } = counted;
      assert.ok(futex > 0, `nobody slept: ${JSON.stringify(counted)}`);
      // Each round sends once and sleeps once; now and then the other one is faster.
      assert.ok(futex <= 2 * SLEEPS + 20, JSON.stringify(counted));
      assert.ok(write < 20, JSON.stringify(counted));
    }
  });

  it('are one to sleep in the event loop, and one to wake it', () => {
    const { main, echo } = between('wake an event loop');
    // Each one writes where the other one has gone to sleep.
    const all = names([...main, ...echo]);
    assert.ok((all['write'] ?? 0) > 0, `nobody slept: ${JSON.stringify(all)}`);
    for (const calls of [main, echo]) {
      const counted = names(calls);
      // libuv asks once more, without blocking, when it has found events: it may be two.
      const { epoll_wait = 0, epoll_pwait = 0, write = 0, read = 0 } = counted;
      assert.ok(write <= SLEEPS + 20, JSON.stringify(counted));
      assert.ok(epoll_wait + epoll_pwait <= 2 * SLEEPS + 40, JSON.stringify(counted));
      assert.ok(read < 20, JSON.stringify(counted));
      // Whatever it is, no more than three for a sleep and its end. Four is what an eventfd costs
      // in libuv's epoll: write, epoll_wait, read, epoll_wait.
      const ours = Object.entries(counted).filter(([name]) => !V8.test(name));
      const sum = ours.reduce((total, [, count]) => total + count, 0);
      assert.ok(sum <= 3 * SLEEPS + 60, JSON.stringify(counted));
    }
  });
});
