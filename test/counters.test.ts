import assert from 'node:assert/strict';
import path from 'node:path';
import type { Counted } from './fixtures/counters.js';
import { folder } from './support/addresses.js';
import { compileCpp } from './support/cpp.js';
import { allowedCpus } from './support/cpus.js';
import { fixture } from './support/remote.js';
import {
  canStopOnly,
  hasStrace,
  nameOf,
  onlyAt,
  type SystemCall,
  type Trace,
  trace,
} from './support/strace.js';
import { root } from './support/testbed.js';

const run = (way: string, options?: readonly string[]): Trace =>
  trace(fixture('counters'), [way], options);

const countedBy = ({ stdout }: Trace): Counted => JSON.parse(stdout) as Counted;

/** libuv yields, too, when another thread wakes its event loop just then, and V8 for a lock. */
const YIELDS_OF_OTHERS = 5;

/** Those calls that receiver.stats is to count. V8's futexes are private, Node's epoll sets older. */
function waiting({ own }: Trace): SystemCall[] {
  // What strace shows in two parts has its result in the second.
  const created = /epoll_create1(?:\(| resumed>).* = (\d+)/;
  const set = own.map((call) => created.exec(call)?.[1]).find(Boolean);
  const ours = [
    /\b(futex_waitv|epoll_create1|sched_yield|preadv2)\(/,
    /\bfutex\(\w+, FUTEX_WAIT,/,
    /\bgetrusage\(RUSAGE_THREAD,/,
    /\bepoll_ctl\(.*\bEPOLLET\b/,
    new RegExp(`\\bepoll_(ctl|p?wait)\\(${set ?? 'none'}, (?!.*\\bEPOLLET\\b)`),
  ];
  return own.filter((call) => nameOf(call) !== undefined && ours.some((our) => our.test(call)));
}

/** Those that sender.stats is to count: of the eventfds the one that is written most often. */
function wakeUps({ own }: Trace): number {
  const counts = new Map<string, number>();
  for (const call of own) {
    const wake = /\bfutex\(\w+, FUTEX_WAKE,|\bwrite\(\d+, "\\1(\\0){7}", 8/.exec(call)?.[0];
    if (wake === undefined) continue;
    const word = wake.replace(/0x\w+/, '');
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

const names = (calls: readonly SystemCall[]): string[] =>
  [...new Set(calls.map((call) => nameOf(call) ?? ''))].sort();

describe('stats, compared with strace,', function () {
  before(function () {
    if (!hasStrace) this.skip();
  });

  /** Runs it, and expects that these calls, and no others, are counted. */
  function expectCounted(way: string, expected: readonly string[], options?: string[]): Trace {
    const traced = run(way, options);
    const counted = countedBy(traced);
    const yields = expected.includes('sched_yield');
    const calls = waiting(traced).filter((call) => yields || nameOf(call) !== 'sched_yield');
    const others = calls.length - counted.systemCalls;
    assert.ok(others >= 0 && others <= (yields ? YIELDS_OF_OTHERS : 0), `${others} not counted`);
    if (counted.wakeUps !== undefined) assert.equal(counted.wakeUps, wakeUps(traced));
    assert.deepEqual(names(calls), [...expected].sort());
    return traced;
  }

  it('count every futex of a waitSync and of the sender that wakes one', () => {
    const traced = expectCounted('asleep on a futex', ['futex']);
    assert.ok((countedBy(traced).wakeUps ?? 0) > 0);
  });

  it('count every futex_waitv of a waitSync', () => {
    expectCounted('asleep on several futexes', ['futex_waitv']);
  });

  it('count what a waitSync on eventfds calls, and what its epoll set takes', () => {
    expectCounted('asleep on eventfds', ['epoll_create1', 'epoll_ctl', 'epoll_wait']);
  });

  describe('in the event loop', () => {
    const way = 'asleep in the event loop';
    const built = folder();

    it('count what changes the trigger of an eventfd, and every write that wakes the loop', () => {
      const traced = expectCounted(way, ['epoll_ctl']);
      assert.ok((countedBy(traced).wakeUps ?? 0) > 0);
    });

    it('count what empties an eventfd where its trigger cannot be changed', () => {
      const library = built('no_edge_trigger.so');
      const source = path.join(root, 'test/fixtures/no_edge_trigger.cc');
      const { status, stderr } = compileCpp(source, library, '-fPIC', '-shared');
      assert.equal(status, 0, stderr);
      const options = ['-E', `LD_PRELOAD=${library}`];
      const traced = expectCounted(way, ['epoll_ctl', 'preadv2'], options);
      // Where the other thread is quick, the loop does not sleep often enough for all 20.
      const failed = traced.own.filter((call) => /\bepoll_ctl\b.* = -1 EINVAL/.test(call)).length;
      assert.ok(failed > 0);
      // Afterwards one succeeds, and that is the last of them.
      const succeeded = countedBy(traced).systemCalls - 2 * failed;
      assert.ok(succeeded === 0 || succeeded === 1, `${succeeded} with ${failed} failed`);
    });
  });

  it('count every yield while spinning', () => {
    const traced = expectCounted('spinning as told', ['sched_yield']);
    assert.ok(countedBy(traced).spins > 100);
  });

  it('count every yield, and every look for a crowd, while spinning by auto', function () {
    if (allowedCpus().length < 2) this.skip(); // nobody spins on one CPU
    if (!canStopOnly()) this.skip(); // stopped at each call, sleeps are too long for it to spin
    const options = onlyAt('access', 'futex', 'sched_yield', 'getrusage');
    const traced = expectCounted(
      'spinning by auto',
      ['futex', 'getrusage', 'sched_yield'],
      options,
    );
    assert.ok(countedBy(traced).spins > 0);
  });
});
