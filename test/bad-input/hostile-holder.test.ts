// A hostile holder of a vector fd of vector 3 does what it can to the receiver. The receiver has honest
// holders on other vector fds: one of vector 40, and one of vector 3 itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Receiver } from 'uintr';
import { closing } from '../support/closing.js';
import { Hostile } from '../support/hostile.js';
import { leavesNothing } from '../support/leaks.js';
import { type Remote, remotes } from '../support/remote.js';
import { turns } from '../support/settle.js';

const HOSTILE = 3;
const HONEST = 40;

const once_ = [
  'scribble ones',
  'scribble noise',
  'scribble zeros',
  'all of PIR',
  'shrink',
  'fill eventfd',
  'block eventfd',
  'send data',
  'consume the bundle',
  'shut down reading',
  'shut down writing',
  'shut down',
  'credentials',
  'peek elsewhere',
  'block the socket',
];
const forever = ['scribble forever', 'flip forever', 'wake forever'];

describe('a hostile holder', () => {
  const use = closing();
  const { worker } = remotes();

  interface Scene {
    receiver: Receiver;
    hostile: Hostile;
    /** A sender in another thread, so that it can wake the receiver. */
    honest: Remote;
  }

  async function scene(): Promise<Scene> {
    const receiver = use(new Receiver({ busyPollMicros: 0 }));
    const fd = receiver.createFd(HOSTILE);
    const hostile = use(await Hostile.holding(fd.fd));
    const honest = worker();
    await honest.ask({ do: 'open sender', fd: receiver.createFd(HONEST).fd });
    return { receiver, hostile, honest };
  }

  /** Every way of waiting takes the honest holder's vector, and none but the two holders' vectors. */
  async function worksFor({ receiver, honest }: Scene): Promise<void> {
    const known = (vector: number): void => {
      assert.ok(vector === HOSTILE || vector === HONEST, `vector ${vector} was not given out`);
    };
    honest.tell({ do: 'send' });
    for (let vector = -1; vector !== HONEST;) known((vector = receiver.waitSync()));
    await honest.next();

    const waited = (async () => {
      for (let vector = -1; vector !== HONEST;) known((vector = await receiver.wait()));
    })();
    await turns(1); // falls asleep, if it can
    honest.tell({ do: 'send' });
    await waited;
    await honest.next();

    const heard: number[] = [];
    const listened = new Promise<void>((resolve) => {
      receiver.on('interrupt', (vector) => {
        heard.push(vector);
        if (vector === HONEST) resolve();
      });
    });
    honest.tell({ do: 'send' });
    await listened;
    await honest.next();
    receiver.removeAllListeners();
    heard.forEach(known);

    for (let i = 0; i < 100; i++) {
      const vector = receiver.poll();
      if (vector === -1) break;
      known(vector);
    }
    // Bounded: the hostile holder may keep its own vector raised, and no more than that.
    const taken = Array.from({ length: 10 }, () => receiver.waitSync(0));
    for (const vector of taken) if (vector !== -1) known(vector);
  }

  for (const what of once_) {
    it(`harms nobody else: ${what}`, async () => {
      const all = await scene();
      await all.hostile.does(what);
      await worksFor(all);
      await turns();
      await worksFor(all); // also when a hang-up has been seen
    });
  }

  for (const what of forever) {
    it(`harms nobody else: ${what}`, async () => {
      const all = await scene();
      assert.equal(await all.hostile.does(what), 'started');
      for (let i = 0; i < 5; i++) await worksFor(all);
      await all.hostile.gone();
      await worksFor(all);
    });
  }

  it('cannot change the state page', async () => {
    const all = await scene();
    const refused = await all.hostile.does('attack state');
    assert.doesNotMatch(refused, /done/);
    await worksFor(all);
  });

  it('does not harm another holder of the same vector', async () => {
    const { receiver, hostile, honest } = await scene();
    await honest.ask({ do: 'open sender', fd: receiver.createFd(HOSTILE).fd });
    await hostile.does('fill eventfd');
    await hostile.does('consume the bundle');
    await hostile.does('shut down');
    await turns();
    while (receiver.poll() !== -1);
    for (let i = 0; i < 3; i++) {
      honest.tell({ do: 'send' });
      assert.equal(receiver.waitSync(), HOSTILE);
      await honest.next();
      const wait = receiver.wait();
      honest.tell({ do: 'send' });
      assert.equal(await wait, HOSTILE);
      await honest.next();
    }
  });

  it('does not make waitSync give up early by waking the receiver for nothing', async () => {
    const { receiver, hostile } = await scene();
    for (const what of ['flip forever', 'wake forever']) {
      const fd = receiver.createFd(HOSTILE);
      const another = use(await Hostile.holding(fd.fd));
      await another.does(what);
    }
    await hostile.does('fill eventfd');
    const start = performance.now();
    assert.equal(receiver.waitSync(40), -1);
    const waited = performance.now() - start;
    assert.ok(waited >= 40, `-1 after ${waited} of 40 milliseconds`);
  });

  it('leaves nothing behind in the receiver’s process', async () => {
    await leavesNothing(async () => {
      const receiver = use(new Receiver());
      const fd = receiver.createFd(HOSTILE);
      const hostile = await Hostile.holding(fd.fd);
      const event = once(fd, 'disconnect');
      await hostile.does('fill eventfd');
      await hostile.does('shut down'); // while this process holds the fd, too
      await event;
      assert.equal(fd.fd, -1);
      await hostile.gone();
      receiver.close();
    });
  });
});
