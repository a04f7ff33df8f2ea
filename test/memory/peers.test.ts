// Shared memory in other threads and processes.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import { FdSocket, SharedMemory } from 'uintr';
import type { Use } from '../fixtures/memory-peer.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { Mailbox } from '../support/mailbox.js';
import { fixture } from '../support/remote.js';
import { settles } from '../support/settle.js';

const TIMES = 20_000;

describe('shared memory', () => {
  const use = closing();
  const child = children();

  const worker = (how: Use): { worker: Worker; answers: Mailbox; exit: Promise<unknown> } => {
    const started = new Worker(fixture('memory-peer'), { workerData: how });
    return { worker: started, answers: new Mailbox(started), exit: once(started, 'exit') };
  };

  /** A child that inherits the descriptor as 3, and adds. */
  const adder = (fd: number): Mailbox => {
    const peer: ChildProcess = child(
      spawn(process.execPath, [fixture('memory-peer'), 'add', String(TIMES)], {
        stdio: ['ignore', 'inherit', 'inherit', fd, 'ipc'],
      }),
    );
    return new Mailbox(peer);
  };

  const add = (words: Int32Array, times: number): void => {
    for (let i = 0; i < times; i++) Atomics.add(words, 0, 1);
  };

  it('loses no atomic addition of two children, two workers and this thread', async () => {
    const memory = use(new SharedMemory(4));
    const words = new Int32Array(memory.buffer);
    const peers = [
      adder(memory.fd),
      adder(memory.fd),
      worker({ way: 'add', from: memory.fd, times: TIMES }).answers,
      worker({ way: 'add', from: memory.buffer, times: TIMES }).answers,
    ];
    add(words, TIMES);
    for (const peer of peers) await peer.next();
    assert.equal(Atomics.load(words, 0), 5 * TIMES);
  });

  it('goes to another process over a socket, as any descriptor does', async () => {
    const [near, far] = FdSocket.pair();
    use(near);
    use(far);
    const memory = use(new SharedMemory(4));
    near.send('memory', [memory.fd]);
    const received = await far.receive();
    const other = use(SharedMemory.open(received?.fds[0] ?? -1));
    new Int32Array(other.buffer)[0] = 8;
    assert.equal(new Int32Array(memory.buffer)[0], 8);
    received?.fds.forEach((fd) => use(use(SharedMemory.open(fd))));
  });

  it('lets a worker sleep in Atomics.wait on the posted buffer, and wakes it', async () => {
    const memory = use(new SharedMemory(4));
    const words = new Int32Array(memory.buffer);
    const { answers } = worker({ way: 'wait', from: memory.buffer });
    assert.equal(await answers.next(), 'waiting');
    await settles(() => {
      assert.equal(Atomics.notify(words, 0), 1);
    });
    assert.equal(await answers.next(), 'ok');
  });

  it('wakes nobody who sleeps on another opening', async () => {
    const memory = use(new SharedMemory(4));
    const other = use(SharedMemory.open(memory.fd));
    const { answers } = worker({ way: 'wait', from: memory.buffer });
    assert.equal(await answers.next(), 'waiting');
    const [words, others] = [memory, other].map(({ buffer }) => new Int32Array(buffer));
    assert.ok(words && others);
    await settles(() => {
      assert.equal(Atomics.notify(others, 0), 0);
      assert.equal(Atomics.notify(words, 0), 1);
    });
    assert.equal(await answers.next(), 'ok');
  });

  it('stays, when a worker that had opened it posts its buffer and ends', async () => {
    const memory = new SharedMemory(4096);
    const { answers, exit } = worker({ way: 'hand', from: memory.fd });
    const buffer = (await answers.next()) as SharedArrayBuffer;
    await exit;
    new Int32Array(memory.buffer)[1000] = 4;
    memory.close();
    assert.ok(types.isSharedArrayBuffer(buffer));
    assert.equal(new Int32Array(buffer)[1000], 4);
    // On to the next thread, which adds to it.
    const next = worker({ way: 'add', from: buffer, times: 3 });
    assert.equal(await next.answers.next(), 3);
    await next.exit;
    assert.equal(new Int32Array(buffer)[0], 3);
  });

  it('stays with a worker that outlives the worker that had opened it, and its maker', async () => {
    const memory = new SharedMemory(8);
    const other = use(SharedMemory.open(memory.fd));
    const opener = worker({ way: 'hand', from: memory.fd });
    const buffer = (await opener.answers.next()) as SharedArrayBuffer;
    const { answers } = worker({ way: 'outlive', from: buffer });
    await opener.exit;
    memory.close();
    const words = new Int32Array(other.buffer);
    for (const goal of [1, 2, 3]) {
      const begin = Atomics.load(words, 1);
      await settles(() => {
        assert.ok(Atomics.load(words, 1) >= begin + goal);
      });
    }
    Atomics.store(words, 0, 1);
    assert.equal(await answers.next(), true);
  });
});
