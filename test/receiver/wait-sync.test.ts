import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture, remotes } from '../support/remote.js';
import { settles } from '../support/settle.js';

describe('waitSync', () => {
  const use = closing();
  const { worker } = remotes();

  it('takes what is pending at once', () => {
    const receiver = use(new Receiver());
    use(new Sender(receiver.createFd(3))).send();
    use(new Sender(receiver.createFd(40))).send();
    assert.equal(receiver.waitSync(), 40);
    assert.equal(receiver.waitSync(0), 3);
    assert.equal(receiver.waitSync(0), -1);
  });

  it('is -1 on timeout', () => {
    const receiver = use(new Receiver());
    assert.equal(receiver.waitSync(5), -1);
    receiver.createFd(1);
    assert.equal(receiver.waitSync(5), -1);
    receiver.createFd(2);
    assert.equal(receiver.waitSync(120), -1); // longer than one slice of sleep
  });

  it('is never -1 before its time', () => {
    const receiver = use(new Receiver());
    receiver.createFd(1);
    for (const timeout of [0.5, 3, 49.5, 50, 70]) {
      const start = performance.now();
      assert.equal(receiver.waitSync(timeout), -1);
      const waited = performance.now() - start;
      assert.ok(waited >= timeout, `-1 after ${waited} of ${timeout} milliseconds`);
    }
  });

  it('is never -1 before its time, where other threads want the core that it spins on', function () {
    const { status, stdout, stderr } = spawnSync(process.execPath, [fixture('crowded')], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    assert.deepEqual([status, stderr], [0, '']);
    const early = JSON.parse(stdout) as number | null;
    if (early === null) this.skip(); // nothing has spun: one core only, or busy all the time
    assert.equal(early, 0);
  });

  it('spins once, however many slices of sleep follow', () => {
    const receiver = use(new Receiver({ busyPollMicros: 5000 }));
    receiver.createFd(1);
    assert.equal(receiver.waitSync(220), -1);
    assert.equal(receiver.stats.spinsVain, 1);
  });

  // Each count sleeps in its own way: on one futex, several futexes, or the eventfds. The same again
  // without spinning first.
  for (const count of [1, 2, 64, 128, 129, 200]) {
    for (const busyPollMicros of [undefined, 0]) {
      const how = busyPollMicros === undefined ? '' : ' without spinning';
      it(`is woken by a worker through any of ${count} vector fds${how}`, async () => {
        const receiver = use(new Receiver(busyPollMicros === 0 ? { busyPollMicros } : {}));
        const fds = Array.from({ length: count }, (_, i) => receiver.createFd(i % 64));
        const peer = worker();
        for (const index of new Set([0, count >> 1, count - 1])) {
          const fd = fds[index];
          assert.ok(fd);
          assert.equal(await peer.ask({ do: 'open sender', fd: fd.fd }), fd.vector);
          peer.tell({ do: 'send' });
          assert.equal(receiver.waitSync(), fd.vector);
          assert.equal(await peer.next(), 'sent');
          assert.equal(receiver.poll(), -1);
        }
      });
    }
  }

  it('sleeps and wakes a thousand times', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 0 }));
    const peer = worker();
    // The worker answers each interrupt with one of its own.
    await peer.ask({ do: 'open sender', fd: receiver.createFd(11).fd });
    const [fd] = (await peer.ask({ do: 'open receiver', vectors: [12] })) as [number];
    const sender = use(new Sender(fd));
    const rounds = 1000;
    peer.tell({ do: 'echo', times: rounds });
    for (let i = 0; i < rounds; i++) {
      sender.send();
      assert.equal(receiver.waitSync(), 11);
    }
    assert.equal(await peer.next(), 'echoed');
  });

  it('is woken while fds are added and removed between the waits', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 0 }));
    const many = Array.from({ length: 140 }, () => receiver.createFd(1));
    assert.equal(receiver.waitSync(1), -1); // sleeps on eventfds
    const peer = worker();
    const late = receiver.createFd(2);
    await peer.ask({ do: 'open sender', fd: late.fd });
    peer.tell({ do: 'send' });
    assert.equal(receiver.waitSync(), 2);
    await peer.next();
    let gone = 0;
    for (const fd of many) {
      fd.on('disconnect', () => gone++);
      fd.close();
    }
    await settles(() => {
      assert.equal(gone, many.length);
    });
    peer.tell({ do: 'send' });
    assert.equal(receiver.waitSync(), 2); // on a futex again
    await peer.next();
  });
});
