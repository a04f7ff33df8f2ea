import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture, remotes } from '../support/remote.js';
import { settles, turns } from '../support/settle.js';

describe('stats', () => {
  const use = closing();
  const { worker } = remotes();

  /**
   * Waits for interrupts from a worker until what `isSeen` asks for has happened: on a busy machine
   * each of them may be there before the wait begins. Returns how many there were.
   */
  async function waitForMany(receiver: Receiver, isSeen: () => boolean): Promise<number> {
    const peer = worker();
    await peer.ask({ do: 'open sender', fd: receiver.createFd(3).fd });
    const deadline = performance.now() + PATIENCE_MS;
    let rounds = 0;
    while (rounds < 50 || (!isSeen() && performance.now() < deadline)) {
      peer.tell({ do: 'send' });
      assert.equal(receiver.waitSync(PATIENCE_MS), 3);
      assert.equal(await peer.next(), 'sent');
      ++rounds;
    }
    return rounds;
  }

  it('begin at zero, and stay readable after close()', () => {
    const receiver = new Receiver();
    assert.deepEqual(receiver.stats, {
      posts: 0,
      deliveries: 0,
      coalesced: 0,
      sleeps: 0,
      wakeUps: 0,
      spinsPaid: 0,
      spinsVain: 0,
      systemCalls: 0,
    });
    const sender = new Sender(receiver.createFd(0));
    assert.deepEqual(sender.stats, { posts: 0, wakeUps: 0 });
    sender.send();
    assert.equal(receiver.waitSync(), 0);
    sender.close();
    receiver.close();
    assert.deepEqual(sender.stats, { posts: 1, wakeUps: 0 });
    assert.equal(receiver.stats.deliveries, 1);
  });

  it('are read without a native call', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [fixture('stats-calls')], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    assert.equal(stderr, '');
    const { used, read, posts } = JSON.parse(stdout) as Record<string, number>;
    assert.ok(used !== undefined && used >= 4, `${used} calls before, to open, send and wait`);
    assert.deepEqual({ read, posts }, { read: 0, posts: 200 });
  });

  it('count a delivery whichever way it is taken', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    sender.send();
    assert.equal(receiver.waitSync(), 3);
    assert.equal(receiver.stats.deliveries, 1);
    sender.send();
    while (receiver.poll() === -1);
    assert.equal(receiver.stats.deliveries, 2);
    const wait = receiver.wait();
    sender.send();
    await wait;
    assert.equal(receiver.stats.deliveries, 3);
    receiver.on('interrupt', () => undefined);
    sender.send();
    await turns();
    const { posts, deliveries, coalesced } = receiver.stats;
    assert.deepEqual({ posts, deliveries, coalesced }, { posts: 4, deliveries: 4, coalesced: 0 });
  });

  it('count one post where several coalesce in one vector fd; its sender counts all', () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    receiver.clui();
    for (let i = 0; i < 5; i++) sender.send();
    receiver.stui();
    assert.equal(receiver.waitSync(), 3);
    assert.equal(receiver.poll(), -1);
    assert.equal(receiver.stats.posts, 1);
    assert.deepEqual(sender.stats, { posts: 5, wakeUps: 0 });
  });

  it('count the posts of several holders that become one delivery as coalesced', () => {
    const receiver = use(new Receiver());
    const senders = [1, 2, 3].map(() => use(new Sender(receiver.createFd(3))));
    receiver.clui();
    for (const sender of senders) sender.send();
    receiver.stui();
    assert.equal(receiver.waitSync(), 3);
    assert.equal(receiver.poll(), -1);
    const { posts, deliveries, coalesced } = receiver.stats;
    // The CPU has one pending bit per vector: posts coalesce before the receiver sees them.
    const seen = receiver.backend === 'hardware' ? 1 : 3;
    assert.deepEqual(
      { posts, deliveries, coalesced },
      { posts: seen, deliveries: 1, coalesced: seen - 1 },
    );
  });

  it('count the posts of a holder that has left, once they are taken', async () => {
    const receiver = use(new Receiver());
    let gone = 0;
    const stats = (): object => {
      const { posts, deliveries, coalesced } = receiver.stats;
      return { posts, deliveries, coalesced };
    };
    receiver.clui(); // on hardware they coalesce now, too
    for (let i = 0; i < 2; i++) {
      const vectorFd = receiver.createFd(3);
      vectorFd.on('disconnect', () => gone++);
      const sender = new Sender(vectorFd);
      sender.send();
      sender.close();
      vectorFd.close();
    }
    await settles(() => {
      assert.equal(gone, 2);
    });
    const merged = receiver.backend === 'hardware' ? 0 : 1;
    assert.deepEqual(stats(), { posts: merged, deliveries: 0, coalesced: merged });
    receiver.stui();
    assert.equal(receiver.waitSync(), 3);
    assert.equal(receiver.poll(), -1);
    assert.deepEqual(stats(), { posts: merged + 1, deliveries: 1, coalesced: merged });
  });

  it('count sleeps, the wake-ups that ended them, and their system calls', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 0 }));
    const rounds = await waitForMany(receiver, () => receiver.stats.wakeUps > 0);
    const { deliveries, sleeps, wakeUps, systemCalls, spinsPaid, spinsVain } = receiver.stats;
    assert.equal(deliveries, rounds);
    assert.ok(wakeUps > 0 && wakeUps <= rounds, `${wakeUps} wake-ups`);
    assert.ok(sleeps >= wakeUps, `${sleeps} sleeps`);
    assert.ok(systemCalls > 0, `${systemCalls} system calls`);
    assert.equal(spinsPaid + spinsVain, 0);
  });

  it('count no spin where none was needed', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 100 }));
    const sender = use(new Sender(receiver.createFd(3)));
    sender.send();
    assert.equal(receiver.waitSync(), 3);
    let heard = 0;
    receiver.on('interrupt', () => {
      if (++heard < 10) sender.send(); // pending before the receiver looks
    });
    sender.send();
    await settles(() => {
      assert.equal(heard, 10);
    });
    assert.equal(receiver.stats.spinsPaid, 0);
  });

  it('count the spins that paid and those that did not', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 1_000_000 }));
    assert.equal(receiver.waitSync(1), -1);
    const { spinsPaid, spinsVain } = receiver.stats;
    assert.deepEqual({ spinsPaid, spinsVain }, { spinsPaid: 0, spinsVain: 1 });
    const rounds = await waitForMany(receiver, () => receiver.stats.spinsPaid > 0);
    const paid = receiver.stats.spinsPaid;
    assert.ok(paid > 0 && paid <= rounds, `${paid} spins paid`);
  });
});
