import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture, remotes } from '../support/remote.js';
import { settles } from '../support/settle.js';

describe('pending', () => {
  const use = closing();
  const { worker } = remotes();

  for (const vector of [0, 31, 32, 63]) {
    it(`is one word that is not 0 while vector ${vector} is pending`, () => {
      const receiver = use(new Receiver());
      const fd = receiver.createFd(vector);
      const { pending } = fd;
      assert.ok(pending);
      assert.equal(pending.length, 1);
      assert.equal(Atomics.load(pending, 0), 0);
      use(new Sender(fd)).send();
      assert.notEqual(Atomics.load(pending, 0), 0);
      assert.equal(receiver.poll(), vector);
      assert.equal(Atomics.load(pending, 0), 0);
    });
  }

  it('belongs to one vector fd alone', () => {
    const receiver = use(new Receiver());
    const [first, second] = [receiver.createFd(5), receiver.createFd(5)];
    use(new Sender(first)).send();
    assert.ok(first.pending && second.pending);
    assert.notEqual(Atomics.load(first.pending, 0), 0);
    assert.equal(Atomics.load(second.pending, 0), 0);
  });

  it('shows what another thread raises, without a native call', async () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    const peer = worker();
    await peer.ask({ do: 'open sender', fd: fd.fd });
    peer.tell({ do: 'send' });
    assert.ok(fd.pending);
    while (Atomics.load(fd.pending, 0) === 0);
    assert.equal(receiver.poll(), 5);
  });

  it('shows masked interrupts, too', () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    receiver.clui();
    use(new Sender(fd)).send();
    assert.ok(fd.pending);
    assert.notEqual(Atomics.load(fd.pending, 0), 0);
  });

  it('has no memory left once the receiver is closed', () => {
    const receiver = use(new Receiver());
    const { pending } = receiver.createFd(5);
    assert.ok(pending);
    receiver.close();
    assert.equal(pending.length, 0);
    assert.equal(pending[0], undefined);
  });

  it('has no memory left once the last holder is gone, but stays while there is one', async () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    const sender = use(new Sender(fd));
    fd.close();
    sender.send();
    assert.ok(fd.pending);
    assert.equal(fd.pending.length, 1);
    sender.close();
    await settles(() => {
      assert.equal(fd.pending?.length, 0);
    });
    assert.equal(receiver.poll(), 5);
  });

  it('is copied, not moved, by structuredClone and postMessage', () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(5);
    assert.ok(fd.pending);
    const clone = structuredClone(fd.pending);
    use(new Sender(fd)).send();
    assert.equal(clone[0], 0);
    assert.equal(receiver.poll(), 5);
  });

  it('is absent where external memory is forbidden, and everything else works', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [fixture('no-external-memory')], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), {
      pending: false,
      polled: 40,
      waited: 40,
      posts: 2,
      code: 'ESHUTDOWN',
    });
  });

  for (const [where, program] of [
    ['and the receiver is closed', 'transferred-pending'],
    ['to another thread, and its own has ended', 'transferred-to-thread'],
  ] as const) {
    it(`does not crash when its memory was moved by transfer() ${where}`, () => {
      const flag = 'transfer' in ArrayBuffer.prototype ? [] : ['--harmony-rab-gsab-transfer'];
      const { status, signal, stderr } = spawnSync(process.execPath, [...flag, fixture(program)], {
        encoding: 'utf8',
        timeout: PATIENCE_MS,
      });
      assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
    });
  }
});
