import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, FdSocket, type ListenOptions, Receiver, UintrError } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { listening, type Name, VECTORS } from '../support/listening.js';
import { Mailbox } from '../support/mailbox.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { settles, turns } from '../support/settle.js';

describe('rendezvous', () => {
  const use = closing();
  const file = folder();
  const { listen, attempt } = listening(use, file);
  const started = children();

  function start(what: 'listen' | 'connect'): { child: ChildProcess; mailbox: Mailbox } {
    const child = started(fork(fixture('rendezvous'), [what, file('socket')]));
    return { child, mailbox: new Mailbox(child) };
  }

  it('gives a peer the vectors it asks for, by name and by number', async () => {
    const { receiver } = listen();
    const connection = use(await attempt(['tick', 63]));
    assert.equal(connection.connected, true);
    assert.equal(connection.sender('tick')?.vector, 1);
    connection.send('tick');
    assert.equal(await receiver.wait(), 1);
    connection.send(63);
    assert.equal(await receiver.wait(), 63);
  });

  it('gives each peer a vector fd of its own, and tells when a peer is gone', async () => {
    const { receiver, rendezvous } = listen();
    const [first, second] = [use(await attempt(['tick'])), use(await attempt(['tick']))];
    assert.equal(rendezvous.connections, 2);
    const gone = once(rendezvous, 'disconnect');
    first.close();
    const [{ peer, names }] = (await gone) as [{ peer: { pid: number }; names: string[] }];
    assert.equal(peer.pid, process.pid);
    assert.deepEqual(names, ['tick']);
    assert.equal(rendezvous.connections, 1);
    second.send('tick');
    assert.equal(await receiver.wait(), 1);
  });

  it('works with an abstract address', async () => {
    const receiver = use(new Receiver({ vectors: VECTORS }));
    const address = `\0uintr-test-rendezvous-${process.pid}`;
    receiver.listen(address);
    const connection = use(await connect(address, { vectors: ['stop'] }));
    connection.send('stop');
    assert.equal(await receiver.wait(), 63);
  });

  it('makes the socket file of the owner alone, or of the mode it is told', () => {
    const { receiver, rendezvous } = listen();
    assert.equal(statSync(file('socket')).mode & 0o777, 0o600);
    rendezvous.close();
    assert.throws(() => statSync(file('socket')), { code: 'ENOENT' });
    receiver.listen(file('socket'), { mode: 0o660 });
    assert.equal(statSync(file('socket')).mode & 0o777, 0o660);
  });

  it('asks authorize, with the peer and the vectors that it asks for', async () => {
    const asked: unknown[] = [];
    const { refusals } = listen({
      authorize: ({ pid, uid, gid }, { vectors, names }) => {
        asked.push({ pid, uid, gid, vectors, names });
        return Promise.resolve(!vectors.includes(63));
      },
    });
    use(await attempt([1, 'spare']));
    await assert.rejects(attempt(['stop']), { code: 'ERR_UINTR_REFUSED' });
    const peer = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() };
    assert.deepEqual(asked, [
      { ...peer, vectors: [1, 7], names: ['tick', 'spare'] },
      { ...peer, vectors: [63], names: ['stop'] },
    ]);
    assert.deepEqual(refusals, ['ERR_UINTR_REFUSED']);
  });

  it('refuses when authorize throws, rejects, takes too long or says no boolean', async () => {
    const answers: (() => boolean | Promise<boolean>)[] = [
      () => {
        throw new Error('a mistake');
      },
      () => Promise.reject(new Error('a mistake')),
      () => new Promise<boolean>(() => undefined),
      () => 'yes' as unknown as boolean,
    ];
    let answer = 0;
    const { rendezvous } = listen({
      authorize: () => answers[answer++]?.() ?? false,
      handshakeTimeout: 50,
    });
    for (const code of ['REFUSED', 'REFUSED', 'TIMEOUT', 'REFUSED']) {
      await assert.rejects(attempt(['tick']), { code: `ERR_UINTR_${code}` });
    }
    assert.equal(rendezvous.connections, 0);
  });

  it('offers the named vectors, or those it is told', async () => {
    const { refusals, rendezvous, receiver } = listen();
    for (const vector of ['toString', '__proto__', 'nobody', 2]) {
      await assert.rejects(attempt([vector]), { code: 'ERR_UINTR_UNKNOWN_VECTOR' });
    }
    assert.equal(refusals.length, 4);
    rendezvous.close();
    receiver.listen(file('socket'), { vectors: [2, 'stop'] });
    use(await attempt([2, 'stop']));
    await assert.rejects(attempt(['tick']), { code: 'ERR_UINTR_UNKNOWN_VECTOR' });
  });

  it('accepts no more peers than allowed, and another when one has left', async () => {
    const { rendezvous } = listen({ maxConnections: 2 });
    const first = use(await attempt(['tick']));
    use(await attempt(['tick']));
    await assert.rejects(attempt(['tick']), { code: 'ERR_UINTR_TOO_MANY_CONNECTIONS' });
    const waiting = connect(file('socket'), { vectors: ['tick'], maxDelay: 20 });
    const gone = once(rendezvous, 'disconnect');
    first.close();
    await gone;
    use(await waiting);
    assert.equal(rendezvous.connections, 2);
  });

  it('gives out no more vector fds than allowed, however few ask for them', async () => {
    const { rendezvous } = listen({ maxVectorFds: 3 });
    const first = use(await attempt(['tick', 'stop']));
    await assert.rejects(attempt(['tick', 'stop']), { code: 'ERR_UINTR_TOO_MANY_CONNECTIONS' });
    use(await attempt(['tick']));
    const gone = once(rendezvous, 'disconnect');
    first.close();
    await gone;
    use(await attempt(['tick', 'stop']));
    assert.equal(rendezvous.connections, 2);
  });

  it('lets nobody ask more often than allowed', async () => {
    const { refusals } = listen({ requestsPerSecond: 3 });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        attempt(['tick']).then(
          (connection) => {
            use(connection);
            return 'in';
          },
          (error: unknown) => (error as UintrError).code,
        ),
      ),
    );
    assert.ok(outcomes.includes('in'));
    assert.ok(outcomes.includes('ERR_UINTR_TOO_MANY_REQUESTS'));
    assert.equal(refusals.length, outcomes.filter((outcome) => outcome !== 'in').length);
  });

  it('tells a peer what is wrong with its request', async () => {
    listen({ handshakeTimeout: 50 });
    const cases: [string, string][] = [
      ['GET / HTTP/1.1\r\n', 'ERR_UINTR_HANDSHAKE'],
      ['{"uintr":2,"vectors":["tick"]}', 'ERR_UINTR_VERSION'],
      ['{"uintr":1}', 'ERR_UINTR_HANDSHAKE'],
      ['{"uintr":1,"vectors":[]}', 'ERR_UINTR_HANDSHAKE'],
      ['{"uintr":1,"vectors":[[1]]}', 'ERR_UINTR_HANDSHAKE'],
      ['{"uintr":1,"vectors":["tick",1]}', 'ERR_UINTR_HANDSHAKE'],
      ['x'.repeat(5000), 'EMSGSIZE'],
      ['', 'ERR_UINTR_TIMEOUT'],
    ];
    for (const [request, code] of cases) {
      const socket = use(await FdSocket.connect(file('socket')));
      if (request !== '') socket.send(request);
      const reply = await socket.receive({ timeout: PATIENCE_MS });
      const parsed = JSON.parse(reply?.data.toString() ?? '') as Record<string, unknown>;
      assert.equal(parsed['code'], code, request);
      assert.equal(await socket.receive({ timeout: PATIENCE_MS }), null);
    }
  });

  it('closes with its receiver, or when aborted', async () => {
    const { receiver, rendezvous } = listen();
    const controller = new AbortController();
    receiver.listen(file('other'), { signal: controller.signal });
    controller.abort();
    assert.throws(() => statSync(file('other')), { code: 'ENOENT' });
    const closed = once(rendezvous, 'close');
    receiver.close();
    await closed;
    assert.throws(() => statSync(file('socket')), { code: 'ENOENT' });
    assert.throws(() => receiver.listen(file('socket')), { code: 'ERR_UINTR_CLOSED' });
  });

  it('has closed with its receiver once it says so', async () => {
    const { receiver, rendezvous } = listen();
    const closed = new Promise<void>((resolve) => {
      rendezvous.on('close', () => {
        use(new Receiver()); // the thread is free
        resolve();
      });
    });
    receiver.close();
    await closed;
  });

  it('emits nothing after it has closed, even in the middle of a handshake', async () => {
    const { rendezvous, refusals } = listen({
      authorize: () => {
        rendezvous.close();
        return Promise.reject(new Error('a mistake'));
      },
    });
    use(await FdSocket.connect(file('socket')));
    const asking = attempt(['tick']);
    const closed = once(rendezvous, 'close');
    await assert.rejects(asking, { code: 'ERR_UINTR_CLOSED' });
    await closed;
    await turns();
    assert.deepEqual(refusals, []);
  });

  it('serves many peers at a time without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    try {
      const { rendezvous } = listen();
      const sockets = await Promise.all(
        Array.from({ length: 20 }, () => FdSocket.connect(file('socket'))),
      );
      use(await attempt(['tick'])); // comes after the others
      rendezvous.close();
      for (const socket of sockets) socket.close();
      await turns();
      assert.deepEqual(warnings, []);
    } finally {
      process.off('warning', onWarning);
    }
  });

  it('accepts the first peer even where less than one request per second is allowed', async () => {
    listen({ requestsPerSecond: 0.001 });
    use(await attempt(['tick']));
    await assert.rejects(attempt(['tick']), { code: 'ERR_UINTR_TOO_MANY_REQUESTS' });
  });

  it('refuses options that it does not understand', () => {
    const receiver = use(new Receiver({ vectors: VECTORS }));
    const wrong = (options: unknown): void => {
      receiver.listen(file('socket'), options as ListenOptions<Name>);
    };
    for (const [options, code] of [
      [null, 'ERR_INVALID_ARG_TYPE'],
      [{ mode: 0o1777 }, 'ERR_OUT_OF_RANGE'],
      [{ mode: '600' }, 'ERR_INVALID_ARG_TYPE'],
      [{ vectors: 'tick' }, 'ERR_INVALID_ARG_TYPE'],
      [{ vectors: [64] }, 'ERR_OUT_OF_RANGE'],
      [{ authorize: true }, 'ERR_INVALID_ARG_TYPE'],
      [{ maxConnections: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ maxConnectionsPerUid: 0.5 }, 'ERR_OUT_OF_RANGE'],
      [{ maxVectorFds: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ requestsPerSecond: 0 }, 'ERR_OUT_OF_RANGE'],
      [{ requestsPerSecond: NaN }, 'ERR_OUT_OF_RANGE'],
      [{ handshakeTimeout: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      assert.throws(
        () => {
          wrong(options);
        },
        { code },
      );
    }
    assert.throws(() => receiver.listen(5 as unknown as string), { code: 'ERR_INVALID_ARG_TYPE' });
    receiver.listen(file('socket'));
  });

  it('leaves nothing behind', async () => {
    await leavesNothing(async () => {
      const receiver = new Receiver({ vectors: VECTORS });
      const rendezvous = receiver.listen(file('socket'));
      const connection = await attempt(['tick', 'stop']);
      await assert.rejects(attempt(['nobody']));
      const gone = once(rendezvous, 'disconnect');
      connection.close();
      await gone;
      const last = await attempt(['tick']);
      receiver.close();
      await once(last, 'disconnect');
    });
  });

  describe('between two processes', () => {
    it('serves a peer, hears that it was killed, and serves the next', async () => {
      const { receiver, rendezvous } = listen();
      for (let i = 0; i < 2; i++) {
        const { child, mailbox } = start('connect');
        assert.equal(await mailbox.next(), 'connected');
        child.send('tick');
        assert.equal(await receiver.wait(), 1);
        const gone = once(rendezvous, 'disconnect');
        child.kill('SIGKILL');
        const [{ peer }] = (await gone) as [{ peer: { pid: number } }];
        assert.equal(peer.pid, child.pid);
      }
      await settles(() => {
        assert.equal(rendezvous.connections, 0);
      });
    });

    it('outlives a receiver that was killed: its socket file is replaced', async () => {
      const first = start('listen');
      assert.equal(await first.mailbox.next(), 'listening');
      const connection = use(await connect(file('socket'), { vectors: ['tick'], maxDelay: 50 }));
      const gone = once(connection, 'disconnect');
      first.child.kill('SIGKILL');
      await gone;
      assert.ok(statSync(file('socket')), 'it is left behind');
      const back = once(connection, 'connect');
      const second = start('listen');
      assert.equal(await second.mailbox.next(), 'listening');
      await back;
      connection.send('tick');
      assert.equal(await second.mailbox.next(), 1);
    });
  });
});
