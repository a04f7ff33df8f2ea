import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Receiver } from 'uintr';
import { closing } from '../support/closing.js';
import { fixture, remotes } from '../support/remote.js';

describe('child processes', () => {
  const use = closing();
  const { child } = remotes();

  it('get a vector fd by stdio', async () => {
    const receiver = use(new Receiver());
    const process_ = spawn(process.execPath, [fixture('send-once')], {
      stdio: ['ignore', 'inherit', 'inherit', receiver.createFd(12).fd],
    });
    const exit = once(process_, 'exit');
    assert.equal(await receiver.wait(), 12);
    assert.deepEqual(await exit, [0, null]);
  });

  it('wake a receiver in the event loop and in waitSync', async () => {
    const receiver = use(new Receiver({ busyPollMicros: 0 }));
    const fds = [receiver.createFd(1), receiver.createFd(62)];
    const peer = child(...fds.map(({ fd }) => fd));
    assert.equal(await peer.ask({ do: 'open sender', fd: 4 }), 62);
    assert.equal(await peer.ask({ do: 'open sender', fd: 3 }), 1);
    for (let i = 0; i < 100; i++) {
      const wait = receiver.wait();
      peer.tell({ do: 'send' });
      assert.equal(await wait, 1);
      await peer.next();
      peer.tell({ do: 'send' });
      assert.equal(receiver.waitSync(), 1);
      await peer.next();
    }
  });

  it('have receivers of their own at the same time', async () => {
    const receiver = use(new Receiver());
    const peers = [0, 1, 2].map((vector) => child(receiver.createFd(vector).fd));
    for (const [index, peer] of peers.entries()) {
      assert.ok(Array.isArray(await peer.ask({ do: 'open receiver', vectors: [5] })));
      assert.equal(await peer.ask({ do: 'open sender', fd: 3 }), index);
      assert.equal(await peer.ask({ do: 'waitSync', timeout: 1 }), -1);
    }
    for (const peer of peers) await peer.ask({ do: 'send' });
    assert.deepEqual([receiver.poll(), receiver.poll(), receiver.poll()], [2, 1, 0]);
  });

  it('do not inherit what they were not given', async () => {
    const receiver = use(new Receiver());
    const fds = [1, 2, 3].map((vector) => receiver.createFd(vector));
    const list = spawn('ls', ['-l', '/proc/self/fd'], {
      stdio: ['ignore', 'pipe', 'inherit', fds[0]?.fd],
    });
    assert.ok(list.stdout);
    let out = '';
    list.stdout.setEncoding('utf8').on('data', (data: string) => (out += data));
    await once(list, 'close');
    assert.equal(out.match(/socket:/g)?.length, 2, out); // the pipe of `ls`, and the vector fd
    assert.doesNotMatch(out, /memfd|anon_inode/);
  });
});
