import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { FdSocket, Receiver, type Rendezvous } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { listening } from '../support/listening.js';
import { Mailbox } from '../support/mailbox.js';
import { fixture } from '../support/remote.js';

const ALL = Array.from({ length: 64 }, (_, vector) => vector);
/** As many vector fds as one turn may make: VECTOR_FDS_PER_TURN of rendezvous.ts. */
const PER_TURN = 8;

describe('the limits of a rendezvous', () => {
  const use = closing();
  const file = folder();
  const started = children();
  const { attempt } = listening(use, file);

  function offerAll(requestsPerSecond: number): { receiver: Receiver; rendezvous: Rendezvous } {
    const receiver = use(new Receiver());
    const rendezvous = receiver.listen(file('socket'), { vectors: ALL, requestsPerSecond });
    return { receiver, rendezvous };
  }

  it('count the vectors asked for, and let the first request through whatever it asks', async () => {
    offerAll(2);
    use(await attempt(ALL)); // it takes half a minute until there is a request to spare again
    await assert.rejects(attempt([1]), { code: 'ERR_UINTR_TOO_MANY_REQUESTS' });
  });

  it('leave the event loop its turns while many vectors are asked for', async () => {
    const PEERS = 8;
    const { receiver } = offerAll(Infinity);
    let made = 0;
    const perTurn: number[] = [];
    const createFd = receiver.createFd.bind(receiver);
    receiver.createFd = (vector) => {
      made++;
      return createFd(vector);
    };
    let watching = true;
    let before = 0;
    const watch = (): void => {
      perTurn.push(made - before);
      before = made;
      if (watching) setImmediate(watch);
    };
    watch();
    const sockets = await Promise.all(
      Array.from({ length: PEERS }, () => FdSocket.connect(file('socket'))),
    );
    for (const socket of sockets) use(socket).send(JSON.stringify({ uintr: 1, vectors: ALL }));
    for (const socket of sockets) {
      const reply = await socket.receive({ maxFds: ALL.length });
      assert.equal(reply?.fds.length, ALL.length);
      for (const fd of reply.fds) use(new FdSocket(fd));
    }
    watching = false;
    assert.equal(made, PEERS * ALL.length);
    assert.ok(Math.max(...perTurn) <= PER_TURN, perTurn.join());
  });

  it('make no vector fd more once the rendezvous has closed', async () => {
    const { receiver, rendezvous } = offerAll(Infinity);
    const createFd = receiver.createFd.bind(receiver);
    let made = 0;
    receiver.createFd = (vector) => {
      if (++made === 3) rendezvous.close();
      return createFd(vector);
    };
    const asking = attempt(ALL);
    const closed = once(rendezvous, 'close');
    await assert.rejects(asking, { code: 'ERR_UINTR_CLOSED' });
    await closed;
    assert.equal(made, 3);
  });

  describe('where descriptors are few', () => {
    before(function () {
      if (process.getuid?.() === 0) return;
      console.log('      not root here: no processes of other users');
      this.skip();
    });

    for (const [what, count, options] of [
      ['by the default limits', 1, {}],
      ['at several rendezvous', 4, {}],
      [
        'with limits that are too high',
        1,
        { maxConnections: 5000, maxConnectionsPerUid: 5000, maxVectorFds: 5000 },
      ],
    ] as const) {
      it(`keep another user from taking all of them, ${what}`, async () => {
        chmodSync(file('.'), 0o755);
        const addresses = ['socket', 'b', 'c', 'd'].slice(0, count).map(file);
        // One run of the testbed has processes of one user.
        const env = { ...process.env, UINTR_BACKEND: 'software' };
        const service = started(
          fork(fixture('few-descriptors'), [addresses.join(), JSON.stringify(options)], {
            env,
            execPath: 'prlimit',
            execArgv: ['--nofile=512:512', process.execPath],
          }),
        );
        const mailbox = new Mailbox(service);
        assert.equal(await mailbox.next(), 'listening');
        let letIn = 0;
        for (const address of addresses) {
          const other = started(
            fork(fixture('asks'), [address, '300'], { uid: 61_001, gid: 61_100, cwd: '/', env }),
          );
          const outcomes = (await new Mailbox(other).next()) as string[];
          letIn += outcomes.filter((outcome) => outcome === 'in').length;
          const others = new Set(outcomes.filter((outcome) => outcome !== 'in'));
          assert.deepEqual([...others], ['ERR_UINTR_TOO_MANY_CONNECTIONS']);
        }
        assert.ok(letIn > 0);
        use(await attempt(['tick'])); // root, who owns the service
        service.send('check');
        assert.deepEqual(await mailbox.next(), { opens: true, connections: letIn + 1 });
      });
    }
  });
});
