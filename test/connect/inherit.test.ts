import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { inherit, inherited, Receiver, type UintrError, type VectorFd } from 'uintr';
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

  /** Starts an heir that gets something else. Returns what it says about that. */
  async function misled(child: ChildProcess): Promise<string> {
    assert.ok(child.stderr && child.stdout);
    const [said, [status]] = await Promise.all([
      Promise.all([text(child.stderr), text(child.stdout)]).then((all) => all.join('')),
      once(child, 'exit') as Promise<[number]>,
    ]);
    assert.notEqual(status, 0);
    return said;
  }

  for (const [title, ...launcher] of [
    [
      'a launcher',
      '-e',
      'require("child_process").spawnSync(process.execPath, process.argv.slice(1), { stdio: "inherit" }).status && process.exit(1)',
      '--',
    ],
    ['node --test', '--test'],
  ]) {
    it(`says so when ${title} has kept the descriptors back`, async () => {
      const receiver = use(new Receiver());
      const vectorFd = receiver.createFd(3);
      const options = inherit({ tick: vectorFd }, { stdio: ['ignore', 'pipe', 'pipe'] });
      const said = await misled(spawn(process.execPath, [...launcher, fixture('heir')], options));
      assert.match(said, /ERR_UINTR_NOT_INHERITED/);
      assert.equal(receiver.poll(), -1);
    });
  }

  it('takes no other vector fd for the one that was passed on', async () => {
    const receiver = use(new Receiver());
    const [tick, other] = [receiver.createFd(3), receiver.createFd(4)];
    const { env } = inherit({ tick });
    const said = await misled(
      spawn(process.execPath, [fixture('heir'), 'tick'], {
        env,
        stdio: ['ignore', 'pipe', 'pipe', other.fd],
      }),
    );
    assert.match(said, /ERR_UINTR_NOT_INHERITED/);
    assert.equal(receiver.poll(), -1);
  });

  it('takes no other descriptor for one that was closed before the worker looked', async () => {
    const receiver = use(new Receiver());
    const tick = receiver.createFd(3);
    const options = inherit({ tick }, { to: 'worker' });
    const { fd } = tick;
    tick.close();
    const opened: number[] = []; // until the number has another meaning
    while (!opened.includes(fd)) opened.push(openSync('/dev/null', 'r'));
    const worker = new Worker(fixture('heir'), { argv: ['tick'], ...options });
    const [error] = (await once(worker, 'error')) as [UintrError];
    for (const each of opened) closeSync(each);
    assert.equal(error.code, 'ERR_UINTR_NOT_INHERITED');
    assert.equal(receiver.poll(), -1);
  });

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
    const number = openSync('/dev/null', 'r');
    closeSync(number);
    assert.throws(() => inherit({ tick: number }), { name: 'UintrError', code: 'EBADF' });
  });
});
