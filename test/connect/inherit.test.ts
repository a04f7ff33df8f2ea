import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { inherit, inherited, Receiver, type VectorFd } from 'uintr';
import { closing } from '../support/closing.js';
import { fixture } from '../support/remote.js';

describe('inherit', () => {
  const use = closing();
  const NAMES = ['tick', 'stop'];

  /** Starts an heir, and asserts that it raises both vectors under their names. */
  async function passOn(
    start: (fds: Record<string, VectorFd>) => ChildProcess | Worker,
  ): Promise<void> {
    const receiver = use(new Receiver({ vectors: { tick: 3, stop: 63 } }));
    const fds = { tick: receiver.createFd('tick'), stop: receiver.createFd('stop') };
    const emitter: NodeJS.EventEmitter = start(fds);
    const [status] = (await once(emitter, 'exit')) as [number];
    assert.equal(status, 0);
    assert.deepEqual([receiver.poll(), receiver.poll(), receiver.poll()], [63, 3, -1]);
  }

  it('works with spawn', () =>
    passOn((fds) => spawn(process.execPath, [fixture('heir'), ...NAMES], inherit(fds))));

  it('works with spawn and a standard input and output of the child’s own', () =>
    passOn((fds) =>
      spawn(
        process.execPath,
        [fixture('heir'), ...NAMES],
        inherit(fds, { stdio: ['pipe', 'ignore', 'inherit'] }),
      ),
    ));

  it('works with any name that it takes', async () => {
    const receiver = use(new Receiver());
    const vectorFd = receiver.createFd(5);
    const names = ['__proto__', 'constructor', '-', '0'];
    const fds = Object.fromEntries(names.map((name) => [name, vectorFd]));
    const child = spawn(process.execPath, [fixture('heir'), ...names], inherit(fds));
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(receiver.poll(), 5);
  });

  it('works with fork', () =>
    passOn((fds) => fork(fixture('heir'), NAMES, inherit(fds, { to: 'fork' }))));

  it('works with cluster', () =>
    passOn((fds) => {
      const { stdio, env } = inherit(fds, { to: 'fork' });
      assert.ok(stdio);
      cluster.setupPrimary({ exec: fixture('heir'), args: NAMES, stdio });
      return cluster.fork(env).process;
    }));

  it('works with a worker', () =>
    passOn(
      (fds) => new Worker(fixture('heir'), { argv: NAMES, ...inherit(fds, { to: 'worker' }) }),
    ));

  it('finds nothing where nothing was passed on', () => {
    assert.deepEqual(inherited(), {});
  });

  it('refuses names and values that it could not pass on', () => {
    for (const name of ['', 'a,b', 'a=b', 'a b']) {
      assert.throws(() => inherit({ [name]: 3 }), { code: 'ERR_INVALID_ARG_VALUE' });
    }
    assert.throws(() => inherit({ tick: -1 }), { code: 'ERR_OUT_OF_RANGE' });
    const receiver = use(new Receiver());
    const fd = receiver.createFd(1);
    fd.close();
    assert.throws(() => inherit({ tick: fd }), { code: 'ERR_UINTR_CLOSED' });
  });
});
