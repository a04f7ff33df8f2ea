import assert from 'node:assert/strict';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';

describe('vectors', () => {
  const use = closing();

  it('are 0 to 63, and the highest is taken first', () => {
    const receiver = use(new Receiver());
    const senders = [0, 31, 32, 62, 63].map((vector) => use(new Sender(receiver.createFd(vector))));
    for (const sender of senders) sender.send();
    const taken = [1, 2, 3, 4, 5].map(() => receiver.poll());
    assert.deepEqual(taken, [63, 62, 32, 31, 0]);
    assert.equal(receiver.poll(), -1);
  });

  it('can have names, and a name makes the same fd as its number', () => {
    const receiver = use(new Receiver({ vectors: { tick: 0, stop: 63 } }));
    const byName = receiver.createFd('stop');
    const byNumber = receiver.createFd(63);
    assert.equal(byName.vector, 63);
    assert.equal(byNumber.vector, 63);
    assert.equal(receiver.createFd('tick').vector, 0);
    assert.equal(receiver.createFd(17).vector, 17); // without a name
  });

  it('coalesce: many posts are one interrupt', () => {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(7)));
    for (let i = 0; i < 1000; i++) sender.send();
    assert.equal(receiver.poll(), 7);
    assert.equal(receiver.poll(), -1);
    sender.send();
    assert.equal(receiver.poll(), 7);
  });

  it('coalesce across the fds of one vector, which work independently of each other', () => {
    const receiver = use(new Receiver());
    const fds = [1, 2, 3].map(() => receiver.createFd(5));
    assert.equal(new Set(fds.map(({ fd }) => fd)).size, 3);
    const senders = fds.map((fd) => use(new Sender(fd)));
    for (const sender of senders) sender.send();
    assert.equal(receiver.poll(), 5);
    assert.equal(receiver.poll(), -1);
    for (const sender of senders) {
      sender.send();
      assert.equal(receiver.poll(), 5);
    }
    senders[0]?.close();
    fds[0]?.close();
    senders[1]?.send();
    assert.equal(receiver.poll(), 5);
  });

  it('can have several senders on one fd', () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(9);
    const first = use(new Sender(fd));
    const second = use(new Sender(fd.fd));
    assert.equal(second.vector, 9);
    first.close();
    second.send();
    assert.equal(receiver.poll(), 9);
  });

  it('can be in use at once, all 64', () => {
    const receiver = use(new Receiver());
    const all = Array.from({ length: 64 }, (_, vector) => vector);
    for (const vector of all) use(new Sender(receiver.createFd(vector))).send();
    const taken = all.map(() => receiver.poll());
    assert.deepEqual(taken, all.reverse());
  });

  it('stay pending if they were raised before the fd was closed', () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(3);
    const sender = new Sender(fd);
    sender.send();
    sender.close();
    fd.close();
    assert.equal(receiver.poll(), 3);
  });
});
