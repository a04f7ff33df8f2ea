import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { turns } from '../support/settle.js';

describe('masking', () => {
  const use = closing();

  function masked(): { receiver: Receiver; sender: Sender } {
    const receiver = use(new Receiver());
    const sender = use(new Sender(receiver.createFd(8)));
    receiver.clui();
    sender.send();
    return { receiver, sender };
  }

  it('is off to begin with, and testui() tells', () => {
    const receiver = use(new Receiver());
    assert.equal(receiver.testui(), true);
    receiver.clui();
    receiver.clui();
    assert.equal(receiver.testui(), false);
    receiver.stui();
    receiver.stui();
    assert.equal(receiver.testui(), true);
  });

  it('keeps interrupts pending for poll() and waitSync()', () => {
    const { receiver } = masked();
    assert.equal(receiver.poll(), -1);
    assert.equal(receiver.waitSync(0), -1);
    assert.equal(receiver.waitSync(3), -1);
    receiver.stui();
    assert.equal(receiver.waitSync(), 8);
    assert.equal(receiver.poll(), -1);
  });

  it('keeps what a holder raised before it left', async () => {
    const receiver = use(new Receiver());
    const vectorFd = receiver.createFd(8);
    const sender = use(new Sender(vectorFd));
    receiver.clui();
    sender.send();
    sender.close();
    const gone = once(vectorFd, 'disconnect');
    vectorFd.close();
    await gone;
    assert.equal(receiver.poll(), -1);
    receiver.stui();
    assert.equal(receiver.poll(), 8);
    assert.equal(receiver.poll(), -1);
  });

  it('keeps interrupts pending for listeners, until stui()', async () => {
    const { receiver } = masked();
    const heard: number[] = [];
    receiver.on('interrupt', (vector) => heard.push(vector));
    await turns();
    assert.deepEqual(heard, []);
    receiver.stui();
    await turns();
    assert.deepEqual(heard, [8]);
  });

  it('keeps interrupts pending for wait() and the iterator, until stui()', async () => {
    const { receiver, sender } = masked();
    assert.equal(await receiver.wait({ timeout: 5 }), -1);
    const wait = receiver.wait();
    await turns();
    receiver.stui();
    assert.equal(await wait, 8);
    receiver.clui();
    sender.send();
    setImmediate(() => {
      receiver.stui();
    });
    for await (const vector of receiver) {
      assert.equal(vector, 8);
      break;
    }
  });

  it('holds back the lower vectors of the same turn if a listener begins it', async () => {
    const receiver = use(new Receiver());
    for (const vector of [1, 2, 3]) use(new Sender(receiver.createFd(vector))).send();
    const heard: number[] = [];
    receiver.on('interrupt', (vector) => {
      heard.push(vector);
      if (vector === 2) receiver.clui();
    });
    await turns();
    assert.deepEqual(heard, [3, 2]);
    receiver.stui();
    await turns();
    assert.deepEqual(heard, [3, 2, 1]);
  });

  it('makes a waitSync() without a timeout an error: a masked thread could never leave it', () => {
    const { receiver } = masked();
    assert.throws(() => receiver.waitSync(), { name: 'UintrError', code: 'ERR_UINTR_MASKED' });
  });

  it('ends with its receiver: the next one of the thread is unmasked', () => {
    const first = use(new Receiver());
    first.clui();
    first.close();
    assert.equal(use(new Receiver()).testui(), true);
  });
});
