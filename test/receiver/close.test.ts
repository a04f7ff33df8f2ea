import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { turns } from '../support/settle.js';

const closed = { name: 'UintrError', code: 'ERR_UINTR_CLOSED' };

describe('close', () => {
  const use = closing();

  it('frees all that a receiver, its vector fds and its senders had', async () => {
    await leavesNothing(async () => {
      const receiver = new Receiver();
      receiver.on('interrupt', () => {});
      const fds = Array.from({ length: 150 }, (_, i) => receiver.createFd(i % 64));
      const senders = fds.map((fd) => new Sender(fd));
      senders[0]?.send();
      await turns();
      assert.equal(receiver.waitSync(1), -1);
      receiver.close();
      for (const sender of senders) sender.close();
    });
  });

  it('may be called twice on each kind of object', () => {
    const receiver = new Receiver();
    const fd = receiver.createFd(1);
    const sender = new Sender(fd);
    for (const object of [sender, fd, receiver]) {
      object.close();
      object.close();
      object[Symbol.dispose]();
    }
    fd.close(); // after its receiver
    const late = use(new Receiver());
    const lateFd = late.createFd(1);
    late.close();
    lateFd.close();
    assert.equal(lateFd.fd, -1);
  });

  it('makes room for the next receiver of the thread', () => {
    new Receiver().close();
    const receiver = use(new Receiver());
    assert.equal(receiver.poll(), -1);
  });

  it('is what Symbol.dispose does', () => {
    const receiver = new Receiver();
    const fd = receiver.createFd(1);
    const sender = new Sender(fd);
    sender[Symbol.dispose]();
    assert.throws(() => {
      sender.send();
    }, closed);
    fd[Symbol.dispose]();
    assert.equal(fd.fd, -1);
    receiver[Symbol.dispose]();
    assert.throws(() => receiver.poll(), closed);
  });

  it('makes every other method throw ERR_UINTR_CLOSED', async () => {
    const receiver = new Receiver();
    const fd = receiver.createFd(1);
    receiver.close();
    assert.throws(() => receiver.createFd(1), closed);
    assert.throws(() => receiver.poll(), closed);
    assert.throws(() => receiver.waitSync(0), closed);
    assert.throws(() => receiver.waitSync(), closed);
    assert.throws(() => {
      receiver.stui();
    }, closed);
    assert.throws(() => {
      receiver.clui();
    }, closed);
    assert.throws(() => receiver.testui(), closed);
    await assert.rejects(receiver.wait(), closed);
    assert.throws(() => new Sender(fd), closed);
  });

  it('leaves ref, unref and listeners harmless', async () => {
    const receiver = new Receiver();
    receiver.on('interrupt', () => {});
    receiver.close();
    receiver.ref().unref();
    receiver.on('interrupt', () => {});
    receiver.removeAllListeners();
    await turns();
  });

  it('tells a sender that the receiver is gone, and send() says ESHUTDOWN', async () => {
    const receiver = new Receiver();
    const sender = use(new Sender(receiver.createFd(1)));
    receiver.close();
    const gone = { name: 'UintrError', code: 'ESHUTDOWN', syscall: 'senduipi' };
    assert.throws(() => {
      sender.send();
    }, gone);
    await new Promise<void>((resolve) => sender.once('disconnect', resolve));
    assert.throws(() => {
      sender.send();
    }, gone);
    sender.close();
    assert.throws(() => {
      sender.send();
    }, closed);
  });

  it('ends a delivery from its listener: other pending interrupts are gone with the receiver', async () => {
    const receiver = use(new Receiver({ vectors: { last: 3 } }));
    for (const vector of [1, 2, 3]) use(new Sender(receiver.createFd(vector))).send();
    const heard: unknown[] = [];
    receiver.on('interrupt', (vector) => {
      heard.push(vector);
      receiver.close();
    });
    receiver.on('last', () => heard.push('of a closed receiver'));
    await turns();
    assert.deepEqual(heard, [3]);
    use(new Receiver()).poll(); // the thread is free
  });

  it('is safe in a listener during a busy poll, and the thread can have a receiver again at once', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 1000 }));
    const sender = use(new Sender(receiver.createFd(1)));
    const second = await new Promise<Receiver>((resolve) => {
      receiver.on('interrupt', () => {
        receiver.close();
        resolve(use(new Receiver({ busyPollMicros: 1000 })));
      });
      sender.send();
    });
    use(new Sender(second.createFd(2))).send();
    assert.equal(await second.wait(), 2);
  });

  it('emits close on the next tick, once, when everything is closed', async () => {
    const receiver = new Receiver({ vectors: { tick: 0 } });
    const fd = receiver.createFd('tick');
    const events: string[] = [];
    receiver.on('close', (...args: unknown[]) => {
      events.push(`close ${args.length}`);
      use(new Receiver()); // the thread is free
    });
    process.nextTick(() => events.push('before'));
    receiver.close();
    receiver.close();
    receiver[Symbol.dispose]();
    assert.equal(fd.fd, -1);
    events.push('synchronous');
    await turns();
    assert.deepEqual(events, ['synchronous', 'before', 'close 0']);
  });

  it('can be awaited', async () => {
    const receiver = new Receiver();
    const closing = once(receiver, 'close');
    receiver.close();
    assert.deepEqual(await closing, []);
  });

  it('has an event whose listeners take no interrupts: the vectors stay pending', async () => {
    const receiver = use(new Receiver());
    receiver.on('close', () => {});
    use(new Sender(receiver.createFd(5))).send();
    await turns();
    assert.equal(receiver.poll(), 5);
  });

  it('is safe in a disconnect listener', async () => {
    const receiver = use(new Receiver());
    receiver.on('interrupt', () => {});
    const fds = [1, 2, 3].map((vector) => receiver.createFd(vector));
    let heard = 0;
    for (const fd of fds) {
      fd.on('disconnect', () => {
        heard++;
        receiver.close();
      });
      fd.close();
    }
    await turns(20);
    assert.equal(heard, 1);
  });
});
