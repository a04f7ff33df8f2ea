import assert from 'node:assert/strict';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { remotes } from '../support/remote.js';
import { blockLoop, turns } from '../support/settle.js';

describe('wait', () => {
  const use = closing();
  const { worker } = remotes();

  it('resolves with what is pending, the highest first', async () => {
    const receiver = use(new Receiver());
    use(new Sender(receiver.createFd(3))).send();
    use(new Sender(receiver.createFd(40))).send();
    assert.equal(await receiver.wait(), 40);
    assert.equal(await receiver.wait(), 3);
  });

  for (const busyPollMicros of [0, 200]) {
    it(`is woken by a worker, busy polling for ${busyPollMicros} microseconds`, async () => {
      const receiver = use(new Receiver({ busyPollMicros }));
      const peer = worker();
      await peer.ask({ do: 'open sender', fd: receiver.createFd(6).fd });
      for (let i = 0; i < 100; i++) {
        const wait = receiver.wait();
        peer.tell({ do: 'send' });
        assert.equal(await wait, 6);
        await peer.next();
      }
    });
  }

  it('takes no more than it was asked for', async () => {
    const receiver = use(new Receiver());
    for (const vector of [1, 2, 3]) use(new Sender(receiver.createFd(vector))).send();
    assert.equal(await receiver.wait(), 3);
    await turns();
    assert.equal(receiver.poll(), 2);
    assert.equal(receiver.poll(), 1);
  });

  it('is -1 on timeout, and takes nothing afterwards', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    assert.equal(await receiver.wait({ timeout: 1 }), -1);
    sender.send();
    await turns();
    assert.equal(receiver.poll(), 3);
  });

  for (const busyPollMicros of [0, 200]) {
    it(`gets what was pending before its time was up, also where the loop is late (busy poll ${busyPollMicros})`, async () => {
      const receiver = use(new Receiver({ busyPollMicros }));
      const heard: number[] = [];
      receiver.on('interrupt', (vector) => heard.push(vector));
      const sender = use(new Sender(receiver.createFd(3)));
      for (let i = 0; i < 10; i++) {
        sender.send();
        const wait = receiver.wait({ timeout: 1 });
        blockLoop(5); // the timer is due now, and comes before the loop's poll
        assert.equal(await wait, 3);
      }
      assert.deepEqual(heard, Array(10).fill(3));
    });
  }

  it('leaves what is pending to earlier waits, although its own time is up', async () => {
    const receiver = use(new Receiver());
    const first = receiver.wait();
    const second = receiver.wait({ timeout: 1 });
    use(new Sender(receiver.createFd(3))).send();
    blockLoop(5);
    assert.deepEqual(await Promise.all([first, second]), [3, -1]);
  });

  it('is -1 on timeout while interrupts are masked, and takes nothing', async () => {
    const receiver = use(new Receiver());
    use(new Sender(receiver.createFd(3))).send();
    receiver.clui();
    assert.equal(await receiver.wait({ timeout: 1 }), -1);
    receiver.stui();
    assert.equal(receiver.poll(), 3);
  });

  for (const burst of [1, 64]) {
    it(`leaves its interrupt to the next one when a listener before it aborts it (burst ${burst})`, async () => {
      const receiver = use(new Receiver({ burst, vectors: { stop: 40 } }));
      const controller = new AbortController();
      receiver.on('stop', () => {
        controller.abort();
      });
      const waits = [{}, { signal: controller.signal }, {}].map((each) => receiver.wait(each));
      use(new Sender(receiver.createFd('stop'))).send();
      use(new Sender(receiver.createFd(3))).send();
      const [first, second, third] = await Promise.allSettled(waits);
      assert.deepEqual(first, { status: 'fulfilled', value: 40 });
      assert.equal(second?.status, 'rejected');
      assert.deepEqual(third, { status: 'fulfilled', value: 3 });
    });
  }

  it('leaves no timer behind when the interrupt came first', async () => {
    const receiver = use(new Receiver());
    await turns(); // mocha starts a timer of its own
    use(new Sender(receiver.createFd(3))).send();
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    assert.equal(await receiver.wait({ timeout: 1_000_000 }), 3);
    const left = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    assert.equal(left, timers);
  });

  it('rejects with the reason of a signal that is aborted already', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    sender.send();
    const reason = new Error('enough');
    await assert.rejects(receiver.wait({ signal: AbortSignal.abort(reason) }), reason);
    assert.equal(receiver.poll(), 3);
  });

  it('rejects with the reason of a signal that is aborted later, and takes nothing then', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    const controller = new AbortController();
    const wait = receiver.wait({ signal: controller.signal, timeout: PATIENCE_MS });
    await turns();
    controller.abort(new Error('enough'));
    await assert.rejects(wait, { message: 'enough' });
    sender.send();
    await turns();
    assert.equal(receiver.poll(), 3);
  });

  it('rejects with AbortError where the signal has no reason of its own', async () => {
    const receiver = use(new Receiver());
    const controller = new AbortController();
    const wait = receiver.wait({ signal: controller.signal });
    controller.abort();
    await assert.rejects(wait, { name: 'AbortError' });
  });

  it('serves several waits in their order, one interrupt each', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    const served: number[] = [];
    const waits = [0, 1, 2].map(async (wait) => {
      assert.equal(await receiver.wait(), 3);
      served.push(wait);
    });
    for (let i = 1; i <= 3; i++) {
      sender.send();
      await turns();
      assert.equal(served.length, i);
    }
    await Promise.all(waits);
    assert.deepEqual(served, [0, 1, 2]);
  });

  it('serves several waits in one turn from several vectors', async () => {
    const receiver = use(new Receiver());
    const senders = [1, 2, 3].map((vector) => use(new Sender(receiver.createFd(vector))));
    const waits = [receiver.wait(), receiver.wait(), receiver.wait()];
    for (const sender of senders) sender.send();
    assert.deepEqual(await Promise.all(waits), [3, 2, 1]);
  });

  it('does not take the interrupt of the next one once it is aborted', async () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(3)));
    const controller = new AbortController();
    const first = receiver.wait({ signal: controller.signal });
    const second = receiver.wait();
    controller.abort();
    sender.send();
    await assert.rejects(first, { name: 'AbortError' });
    assert.equal(await second, 3);
  });

  it('rejects with ERR_UINTR_CLOSED when the receiver is closed', async () => {
    const receiver = use(new Receiver());
    const waits = [receiver.wait(), receiver.wait({ timeout: PATIENCE_MS })];
    receiver.close();
    for (const wait of waits) {
      await assert.rejects(wait, { name: 'UintrError', code: 'ERR_UINTR_CLOSED' });
    }
  });

  it('leaves its interrupt to listeners as well', async () => {
    const receiver = use(new Receiver());
    const heard: number[] = [];
    receiver.on('interrupt', (vector) => heard.push(vector));
    const wait = receiver.wait();
    use(new Sender(receiver.createFd(3))).send();
    assert.equal(await wait, 3);
    assert.deepEqual(heard, [3]);
  });
});
