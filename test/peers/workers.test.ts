import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { fixture, remotes } from '../support/remote.js';

describe('worker threads', () => {
  const use = closing();
  const { worker } = remotes();

  it('get a vector fd as a number in workerData', async () => {
    const receiver = use(new Receiver({ vectors: { ready: 12 } }));
    const peer = new Worker(fixture('send-once'), { workerData: receiver.createFd('ready').fd });
    const exit = once(peer, 'exit') as Promise<[number]>; // on a busy machine it comes first
    await once(receiver, 'ready');
    const [code] = await exit;
    assert.equal(code, 0);
  });

  it('each have a receiver of their own, beside the main thread’s', async () => {
    const receiver = use(new Receiver());
    const peers = [1, 2, 3].map(() => worker());
    for (const peer of peers) {
      const [fd] = (await peer.ask({ do: 'open receiver', vectors: [7] })) as [number];
      const sender = use(new Sender(fd));
      peer.tell({ do: 'waitSync' });
      sender.send();
      assert.equal(await peer.next(), 7);
      peer.tell({ do: 'wait' });
      sender.send();
      assert.equal(await peer.next(), 7);
    }
    assert.equal(receiver.poll(), -1);
  });

  it('pass an interrupt around a ring', async () => {
    const receiver = use(new Receiver());
    const ring = [worker(), worker(), worker()];
    let next = receiver.createFd(0).fd;
    for (const peer of ring) {
      assert.equal(typeof (await peer.ask({ do: 'open sender', fd: next })), 'number');
      [next] = (await peer.ask({ do: 'open receiver', vectors: [5] })) as [number];
    }
    const first = use(new Sender(next));
    const rounds = 100;
    for (const peer of ring) peer.tell({ do: 'echo', times: rounds });
    for (let i = 0; i < rounds; i++) {
      first.send();
      assert.equal(receiver.waitSync(), 0);
    }
    for (const peer of ring) assert.equal(await peer.next(), 'echoed');
  });

  it('can share one receiver’s vector among several senders', async () => {
    const receiver = use(new Receiver());
    const fd = receiver.createFd(33);
    const peers = [1, 2, 3].map(() => worker());
    for (const peer of peers) await peer.ask({ do: 'open sender', fd: fd.fd });
    fd.close(); // the senders keep duplicates of their own
    for (const peer of peers) {
      const wait = receiver.wait();
      peer.tell({ do: 'send', times: 10 });
      assert.equal(await wait, 33);
      await peer.next();
      receiver.poll();
    }
  });
});
