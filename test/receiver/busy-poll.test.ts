import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach } from 'mocha';
import { Worker } from 'node:worker_threads';
import { Receiver, type ReceiverStats } from 'uintr';
import { closing } from '../support/closing.js';
import { fixture } from '../support/remote.js';

const spins = ({ spinsPaid, spinsVain }: ReceiverStats): number => spinsPaid + spinsVain;

/** The first CPU that this process may run on. */
const aCpu = (): string =>
  /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';

describe('busyPollMicros: auto', function () {
  this.timeout(60_000);
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

  it('does not spin in a ping-pong of two threads on one CPU', function () {
    if (spawnSync('taskset', ['-V']).status !== 0) this.skip();
    const args = ['-c', aCpu(), process.execPath, fixture('ping-pong-auto')];
    const { stdout, stderr } = spawnSync('taskset', args, { encoding: 'utf8', timeout: 50_000 });
    assert.equal(stderr, '');
    const stats = JSON.parse(stdout) as ReceiverStats[];
    assert.equal(stats.length, 2);
    for (const each of stats) {
      assert.ok(each.deliveries > 1000, JSON.stringify(each));
      assert.equal(spins(each), 0);
    }
  });

  it('is the only word that busyPollMicros takes', () => {
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
