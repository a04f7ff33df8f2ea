import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach } from 'mocha';
import { Worker } from 'node:worker_threads';
import { Receiver, type ReceiverStats } from 'uintr';
import type { Bursts } from '../fixtures/bursts.js';
import type { Side } from '../fixtures/ping-pong-auto.js';
import { closing } from '../support/closing.js';
import { allowedCpus, isMachineBusy } from '../support/cpus.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { hasStrace, nameOf, trace, V8 } from '../support/strace.js';

const spins = ({ spinsPaid, spinsVain }: ReceiverStats): number => spinsPaid + spinsVain;

const hasTaskset = spawnSync('taskset', ['-V']).status === 0;

/** Two threads that answer each other at once: fixtures/ping-pong-auto.ts. */
function pingPong(cpus: readonly number[], ...place: readonly string[]): [Side, Side] {
  const program = [process.execPath, fixture('ping-pong-auto'), ...place];
  const args = ['-c', cpus.join(','), ...program];
  const { stdout, stderr } = spawnSync('taskset', args, { encoding: 'utf8', timeout: PATIENCE_MS });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as [Side, Side];
}

describe('busyPollMicros: auto', function () {
  const use = closing();
  const workers: Worker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  });

  it('does not spin for interrupts that come now and then', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 'auto' }));
    let heard = 0;
    receiver.on('interrupt', () => heard++);
    const workerData = { fd: receiver.createFd(1).fd, times: 100, everyMs: 5 };
    const worker = new Worker(fixture('spaced'), { workerData });
    workers.push(worker);
    await once(worker, 'message');
    assert.ok(heard > 0);
    assert.equal(spins(receiver.stats), 0);
  });

  it('tries once, and not again, where interrupts come in short bursts with long pauses', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 'auto' }));
    const words = new Int32Array(new SharedArrayBuffer(8));
    let early = 0;
    receiver.on('interrupt', () => {
      if (Atomics.add(words, 0, 1) === 450) early = spins(receiver.stats);
      Atomics.notify(words, 0);
    });
    // The receiver spins after two short sleeps in a row, for 64 ms unless that pays. A burst is too
    // short for the sixteen that it wants to see then.
    const workerData: Bursts = { fd: receiver.createFd(1).fd, words, bursts: 300, length: 3 };
    const worker = new Worker(fixture('bursts'), { workerData });
    workers.push(worker);
    await once(worker, 'message');
    const { stats } = receiver;
    assert.equal(stats.deliveries, 900);
    assert.ok(early > 0, JSON.stringify(stats));
    // On a busy machine a pause can seem short, or a burst can go on while the receiver spins.
    assert.ok(spins(stats) - early <= 5, `${early} of ${JSON.stringify(stats)}`);
  });

  describe('in a ping-pong of two threads', () => {
    before(function () {
      if (!hasTaskset) this.skip();
    });

    it('spins on two CPUs until neither of them sleeps any more', function () {
      const cpus = allowedCpus();
      if (cpus.length < 2) this.skip(); // a receiver never spins on one CPU
      if (isMachineBusy()) this.skip(); // nor where other threads want the CPUs
      for (const { stats, stretch } of pingPong(cpus, 'apart')) {
        assert.ok(stretch >= 500, `${stretch} answers without a sleep: ${JSON.stringify(stats)}`);
        assert.ok(stats.spinsPaid > 0, JSON.stringify(stats));
      }
    });

    it('soon stops spinning when both are moved to one CPU', function () {
      const cpus = allowedCpus();
      if (cpus.length < 2) this.skip(); // there is no second CPU to move from
      for (const { stats, stretch } of pingPong(cpus, 'together')) {
        // It tries for 64 ms: after 2 short sleeps in a row, after 16, 128 and 1024.
        assert.ok(stretch >= 500, `${stretch} answers without a spin: ${JSON.stringify(stats)}`);
        assert.ok(spins(stats) > 0, JSON.stringify(stats));
      }
    });

    it('never spins on one CPU', () => {
      for (const { stats } of pingPong(allowedCpus().slice(0, 1))) {
        assert.ok(stats.deliveries >= 2000, JSON.stringify(stats));
        assert.equal(spins(stats), 0);
      }
    });
  });

  it('adds no system calls to an idle process', function () {
    if (!hasStrace) this.skip();
    // On one thread, so that no task of V8's wakes the loop. What V8 and glibc call of their own
    // accord (getpid, sched_getaffinity) comes now and then; what a receiver calls begins with the
    // end of a sleep.
    const idle = (which: string): { sleeps: number; others: number } => {
      const names = trace('--single-threaded', [fixture('idle'), which])
        .own.map((call) => nameOf(call) ?? '')
        .filter((name) => !V8.test(name));
      const sleeps = names.filter((name) => /^epoll_p?wait$/.test(name)).length;
      return { sleeps, others: names.length - sleeps };
    };
    const none = idle('none');
    assert.ok(none.sleeps > 0, 'not even the timer');
    for (const which of ['0', 'auto']) {
      const { sleeps, others } = idle(which);
      assert.equal(sleeps, none.sleeps, which);
      assert.ok(others < none.others + 10, `${which}: ${others} calls, ${none.others} without`);
    }
  });

  it('is the only string that busyPollMicros takes', () => {
    use(new Receiver({ busyPollMicros: 'auto' })).close();
    for (const other of ['Auto', '', 'never', '50']) {
      assert.throws(
        () => new Receiver({ busyPollMicros: other as 'auto' }),
        (error: Error) =>
          error instanceof TypeError &&
          (error as NodeJS.ErrnoException).code === 'ERR_INVALID_ARG_TYPE' &&
          error.message.includes("'auto'"),
      );
    }
  });
});
