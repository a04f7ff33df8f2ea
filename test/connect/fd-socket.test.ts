import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FdListener, FdSocket } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { PATIENCE_MS } from '../support/patience.js';
import { python } from '../support/remote.js';
import { blockLoop, turns } from '../support/settle.js';

const TYPES = ['seqpacket', 'stream'] as const;

function readAll(fd: number): string {
  const space = Buffer.alloc(256);
  const text = space.toString('utf8', 0, readSync(fd, space, 0, 256, null));
  closeSync(fd);
  return text;
}

describe('FdSocket', () => {
  const use = closing();
  const started = children();
  const file = folder();

  function pair(type: 'seqpacket' | 'stream' = 'seqpacket'): [FdSocket, FdSocket] {
    const [first, second] = FdSocket.pair({ type });
    return [use(first), use(second)];
  }

  for (const type of TYPES) {
    it(`brings data and descriptors to the other end (${type})`, async () => {
      const [near, far] = pair(type);
      writeFileSync(file('data'), 'contents');
      const fd = openSync(file('data'), 'r');
      const message = far.receive();
      near.send('hello', [fd, fd]);
      closeSync(fd);
      const { data, fds } = (await message) ?? assert.fail();
      assert.equal(data.toString(), 'hello');
      assert.equal(fds.length, 2);
      const [first = -1, second = -1] = fds;
      assert.equal(readAll(first), 'contents');
      closeSync(second);
    });

    it(`receives null once the peer is gone, after everything that it sent (${type})`, async () => {
      const [near, far] = pair(type);
      near.send('last');
      near.close();
      assert.equal((await far.receive())?.data.toString(), 'last');
      assert.equal(await far.receive(), null);
      assert.throws(() => far.send('x'), { code: 'EPIPE', syscall: 'sendmsg' });
    });

    it(`lets send() wait while the peer does not read, and loses nothing (${type})`, async () => {
      const [near, far] = pair(type);
      const chunk = Buffer.alloc(60_000, 1);
      const all = Promise.all(Array.from({ length: 40 }, () => near.sendAll(chunk)));
      let done = false;
      void all.then(() => (done = true));
      for (let i = 0; i < 20; i++) await nextTurn();
      assert.equal(done, false);
      assert.throws(
        () => {
          for (;;) near.send(chunk);
        },
        { code: 'EAGAIN' },
      );
      let received = 0;
      while (received < 40 * chunk.length) received += (await far.receive())?.data.length ?? NaN;
      await all;
    });

    it(`talks to Python’s send_fds and recv_fds (${type})`, async () => {
      for (const how of ['connect', 'listen'] as const) {
        for (const address of [file(how), `\0uintr-test-${process.pid}-${type}-${how}`]) {
          const named = address.replace('\0', '@');
          const start = (): ReturnType<typeof spawn> =>
            spawn('python3', [python('fd_peer'), how, named, type], {
              stdio: ['ignore', 'pipe', 'inherit'],
            });
          let socket: FdSocket;
          if (how === 'connect') {
            const listener = use(new FdListener(address, { type }));
            const connection = once(listener, 'connection');
            start();
            [socket] = (await connection) as [FdSocket];
          } else {
            const child = start();
            assert.ok(child.stdout);
            await once(child.stdout, 'data');
            socket = await FdSocket.connect(address, { type });
          }
          use(socket);
          const fd = openSync(file('written'), 'w+');
          await socket.sendAll('to python', [fd]);
          const reply = (await socket.receive({ timeout: PATIENCE_MS })) ?? assert.fail();
          assert.equal(reply.data.toString(), '1 descriptors');
          assert.equal(readAll(reply.fds[0] ?? -1), 'to python');
          closeSync(fd);
          assert.equal(readAll(openSync(file('written'), 'r')), 'from python');
        }
      }
    });
  }

  it('keeps messages apart (seqpacket)', async () => {
    const [near, far] = pair();
    near.send('one');
    near.send('two');
    assert.equal((await far.receive())?.data.toString(), 'one');
    assert.equal((await far.receive())?.data.toString(), 'two');
  });

  it('iterates over messages until the end, and until it is closed itself', async () => {
    const [near, far] = pair();
    const heard: string[] = [];
    near.send('one');
    near.send('two');
    near.close();
    for await (const { data } of far) heard.push(data.toString());
    assert.deepEqual(heard, ['one', 'two']);
    const [, quiet] = pair();
    setImmediate(() => {
      quiet.close();
    });
    for await (const message of quiet) assert.fail(JSON.stringify(message));
  });

  it('refuses what is too long or brings too many descriptors, and keeps none of them', async () => {
    await leavesNothing(async () => {
      const [near, far] = FdSocket.pair();
      near.send(Buffer.alloc(100), [0, 1, 2]);
      await assert.rejects(far.receive({ maxBytes: 99 }), { code: 'EMSGSIZE' });
      for (const maxFds of [0, 1, 2, 5, 252]) {
        near.send('x', Array<number>(maxFds + 1).fill(0));
        await assert.rejects(far.receive({ maxFds }), { code: 'ERR_UINTR_TOO_MANY_FDS' });
      }
      near.send('last', [0]);
      const { fds } = (await far.receive({ maxFds: 1 })) ?? assert.fail();
      for (const fd of fds) closeSync(fd);
      near.send('never read', [0, 1, 2]);
      near.close();
      far.close();
    });
  });

  it('rejects a wait when aborted, when it takes too long and when closed', async () => {
    const [, far] = pair();
    const reason = new Error('enough');
    await assert.rejects(far.receive({ signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const aborted = far.receive({ signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(aborted, reason);
    await assert.rejects(far.receive({ timeout: 1 }), { code: 'ERR_UINTR_TIMEOUT' });
    const closed = far.receive();
    far.close();
    await assert.rejects(closed, { code: 'ERR_UINTR_CLOSED' });
    await assert.rejects(far.receive(), { code: 'ERR_UINTR_CLOSED' });
  });

  it('takes what is there with a timeout of 0', async () => {
    const [near, far] = pair();
    near.send('there');
    assert.equal((await far.receive({ timeout: 0 }))?.data.toString(), 'there');
    await assert.rejects(far.receive({ timeout: 0 }), { code: 'ERR_UINTR_TIMEOUT' });
    await near.sendAll('taken', [], { timeout: 0 });
    assert.equal((await far.receive())?.data.toString(), 'taken');
  });

  it('receives what came before its time was up, also where the loop is late', async () => {
    const [near, far] = pair();
    for (let i = 0; i < 10; i++) {
      const receiving = far.receive({ timeout: 1 });
      near.send('there');
      blockLoop(5); // the timer is due now, and comes before the loop's poll
      assert.equal((await receiving)?.data.toString(), 'there');
    }
  });

  it('receives nothing for an iteration that is ended while it waits', async () => {
    const [near, far] = pair();
    const iterator = far[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await turns();
    await iterator.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    near.send('for another');
    assert.equal((await far.receive())?.data.toString(), 'for another');
  });

  it('lets a waiting send() give up, and no later one overtakes the others', async () => {
    const [near, far] = pair('stream');
    const big = Buffer.alloc(60_000, 'a');
    const before = Promise.all(Array.from({ length: 20 }, () => near.sendAll(big)));
    const reason = new Error('enough');
    const controller = new AbortController();
    const aborted = near.sendAll('never', [], { signal: controller.signal });
    const after = near.sendAll('z');
    await assert.rejects(near.sendAll('never', [], { timeout: 1 }), { code: 'ERR_UINTR_TIMEOUT' });
    controller.abort(reason);
    await assert.rejects(aborted, reason);
    let received = '';
    while (received.length < 20 * big.length + 1) {
      received += (await far.receive())?.data.toString() ?? assert.fail();
    }
    await Promise.all([before, after]);
    assert.equal(received.indexOf('z'), received.length - 1);
  });

  it('names its peer, and gives a pidfd of it', () => {
    const [near] = pair();
    const { pid, uid, gid } = near.peer;
    assert.deepEqual([pid, uid, gid], [process.pid, process.getuid?.(), process.getgid?.()]);
    const pidFd = near.peerPidFd();
    if (pidFd !== undefined) closeSync(pidFd);
  });

  it('leaves a descriptor of another kind to the caller', () => {
    const fd = openSync('/dev/null', 'r');
    assert.throws(() => new FdSocket(fd), { code: 'ENOTSOCK' });
    closeSync(fd);
    assert.throws(() => new FdSocket(fd), { code: 'EBADF' });
  });

  it('says why it cannot connect', async () => {
    await assert.rejects(FdSocket.connect(file('nowhere')), { code: 'ENOENT', syscall: 'connect' });
    await assert.rejects(FdSocket.connect(file('x'.repeat(200))), { code: 'ENAMETOOLONG' });
    await assert.rejects(FdSocket.connect('a\0b'), { code: 'ERR_INVALID_ARG_VALUE' });
    use(new FdListener(file('socket'), { type: 'stream' }));
    await assert.rejects(FdSocket.connect(file('socket')), { code: 'EPROTOTYPE' });
  });

  it('waits while the listener has no room, no longer than it is told', async () => {
    const address = `\0uintr-test-full-${process.pid}`;
    const script =
      'import socket, sys\n' +
      's = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n' +
      's.bind(chr(0) + sys.argv[1])\ns.listen(0)\nprint("listens", flush=True)\nsys.stdin.read()';
    const silent = started(
      spawn('python3', ['-c', script, address.slice(1)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await once(silent.stdout, 'data');
    use(await FdSocket.connect(address)); // takes the only place
    await assert.rejects(FdSocket.connect(address, { timeout: 30 }), { code: 'ERR_UINTR_TIMEOUT' });
    const controller = new AbortController();
    const aborted = FdSocket.connect(address, { signal: controller.signal });
    await turns();
    controller.abort(new Error('enough'));
    await assert.rejects(aborted, /enough/);
  });

  it('connects as soon as the listener makes room', async () => {
    const address = `\0uintr-test-backlog-${process.pid}`;
    const listener = use(new FdListener(address, { backlog: 1 }));
    const sockets: Promise<FdSocket>[] = [];
    const accepted = new Promise<void>((resolve) => {
      let count = 0;
      listener.on('connection', (socket) => {
        use(socket);
        if (++count === 10) resolve();
      });
    });
    for (let i = 0; i < 10; i++) sockets.push(FdSocket.connect(address));
    for (const socket of await Promise.all(sockets)) use(socket);
    await accepted;
  });
});
