import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import {
  connect,
  type Connection,
  FdListener,
  FdSocket,
  type ListenOptions,
  Receiver,
  type Rendezvous,
  UintrError,
} from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { Mailbox } from '../support/mailbox.js';
import { fixture } from '../support/remote.js';
import { settles, turns } from '../support/settle.js';

const VECTORS = { tick: 1, stop: 63, spare: 7 } as const;
type Name = keyof typeof VECTORS;

describe('rendezvous', () => {
  const use = closing();
  const file = folder();
  const started = children();

  function start(what: 'listen' | 'connect'): { child: ChildProcess; mailbox: Mailbox } {
    const child = started(fork(fixture('rendezvous'), [what, file('socket')]));
    return { child, mailbox: new Mailbox(child) };
  }

  function listen(options: ListenOptions<Name> = {}): {
    receiver: Receiver<typeof VECTORS>;
    rendezvous: Rendezvous<Name>;
    refusals: string[];
  } {
    const receiver = use(new Receiver({ vectors: VECTORS }));
    const rendezvous = receiver.listen(file('socket'), { requestsPerSecond: Infinity, ...options });
    const refusals: string[] = [];
    rendezvous.on('refusal', ({ code }) => refusals.push(code));
    return { receiver, rendezvous, refusals };
  }

  const attempt = <V extends string | number>(vectors: readonly V[]): Promise<Connection<V>> =>
    connect(file('socket'), { vectors, reconnect: false, timeout: 10_000 });

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
      const reply = await socket.receive({ timeout: 10_000 });
      const parsed = JSON.parse(reply?.data.toString() ?? '') as Record<string, unknown>;
      assert.equal(parsed['code'], code, request);
      assert.equal(await socket.receive({ timeout: 10_000 }), null);
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

  describe('connect', () => {
    it('waits for a receiver that is not there yet', async () => {
      const connecting = connect(file('socket'), { vectors: ['tick'] });
      await turns();
      const { receiver } = listen();
      const connection = use(await connecting);
      connection.send('tick');
      assert.equal(await receiver.wait(), 1);
    });

    it('gives up at once when told not to reconnect', async () => {
      await assert.rejects(attempt(['tick']), { code: 'ENOENT' });
    });

    it('rejects when aborted, also between two attempts', async () => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await assert.rejects(connect(file('socket'), { vectors: ['tick'], signal }), reason);
      const controller = new AbortController();
      const connecting = connect(file('socket'), {
        vectors: ['tick'],
        signal: controller.signal,
      });
      await turns();
      controller.abort(reason);
      await assert.rejects(connecting, reason);
    });

    it('tells of the receiver’s end, and connects to the next one', async () => {
      const { receiver } = listen();
      const connection = use(await connect(file('socket'), { vectors: ['tick'], maxDelay: 20 }));
      const gone = once(connection, 'disconnect');
      receiver.close();
      await gone;
      assert.equal(connection.connected, false);
      assert.throws(
        () => {
          connection.send('tick');
        },
        { code: 'ESHUTDOWN' },
      );
      const back = once(connection, 'connect');
      const next = listen().receiver;
      await back;
      connection.send('tick');
      assert.equal(await next.wait(), 1);
    });

    it('tells why it tries again', async () => {
      const reasons: unknown[] = [];
      const connecting = connect(file('socket'), {
        vectors: ['tick'],
        maxDelay: 5,
        onRetry: (reason) => reasons.push((reason as UintrError).code),
      });
      while (reasons.length < 2) await turns();
      const { receiver } = listen();
      use(await connecting).send('tick');
      assert.equal(await receiver.wait(), 1);
      assert.deepEqual([...new Set(reasons)], ['ENOENT']);
    });

    it('ends with what onRetry throws', async () => {
      const enough = new Error('enough');
      const connecting = connect(file('socket'), {
        vectors: ['tick'],
        onRetry() {
          throw enough;
        },
      });
      await assert.rejects(connecting, enough);
    });

    it('drops posts while there is no receiver, if told so', async () => {
      const { receiver } = listen();
      const connection = use(
        await connect(file('socket'), { vectors: ['tick'], onDisconnect: 'drop' }),
      );
      const sender = connection.sender('tick');
      const gone = once(connection, 'disconnect');
      receiver.close();
      sender?.send();
      connection.send('tick');
      await gone;
      connection.send('tick');
      connection.close();
      assert.throws(
        () => {
          connection.send('tick');
        },
        { code: 'ERR_UINTR_CLOSED' },
      );
    });

    it('ends when the next receiver refuses, and says why', async () => {
      const { receiver } = listen();
      const connection = use(await connect(file('socket'), { vectors: ['tick'], maxDelay: 20 }));
      const closed = once(connection, 'close');
      receiver.close();
      listen({ authorize: () => false });
      const [reason] = (await closed) as [UintrError];
      assert.equal(reason.code, 'ERR_UINTR_REFUSED');
    });

    it('pauses before it comes back to a receiver that keeps dying, longer and longer', async () => {
      const LIVES = 5;
      const began = performance.now();
      // The file stays, as when one process serves several receivers.
      const listener = use(new FdListener(file('socket')));
      let lives = 0;
      const lived = new Promise<void>((resolve) => {
        const live = async (socket: FdSocket): Promise<void> => {
          using receiver = new Receiver({ vectors: VECTORS });
          await socket.receive();
          using granted = receiver.createFd('tick');
          socket.send('{"uintr":1}', [granted.fd]);
          await socket.receive(); // null: the peer has its vectors and has hung up
          socket.close();
          if (++lives === LIVES) resolve();
        };
        listener.on('connection', (socket) => void live(socket));
      });
      use(await connect(file('socket'), { vectors: ['tick'] }));
      await lived;
      // At least half of 20, 40, 80 and 160 ms: a lower bound, which holds on slow machines, too.
      assert.ok(performance.now() - began >= 150);
    });

    it('refuses to ask for a vector twice', async () => {
      await assert.rejects(attempt(['tick', 'tick']), { code: 'ERR_INVALID_ARG_VALUE' });
    });

    it('asks for the vectors that it was given, although the array changes later', async () => {
      const { receiver } = listen();
      const vectors: Name[] = ['tick'];
      const connecting = attempt(vectors);
      vectors[0] = 'stop';
      const connection = use(await connecting);
      connection.send('tick');
      assert.equal(await receiver.wait(), 1);
    });

    it('shows no control characters of a listener', async () => {
      const listener = use(new FdListener(file('socket')));
      const text = 'a\u001b[2J\u009b2J\u202eb\n';
      listener.on('connection', (socket) => {
        socket.send(JSON.stringify({ uintr: 1, code: 'ERR_X', message: text }));
        use(socket);
      });
      await assert.rejects(attempt(['tick']), { code: 'ERR_X', message: 'a?[2J?2J?b?' });
    });

    it('survives a listener that answers with anything', async () => {
      const answers: [string, number[], string][] = [
        ['nonsense', [], 'ERR_UINTR_HANDSHAKE'],
        ['{"uintr":1}', [], 'ERR_UINTR_HANDSHAKE'],
        ['{"uintr":1}', [0], 'ERR_UINTR_NOT_A_VECTOR_FD'],
        ['{"uintr":1}', [0, 0], 'ERR_UINTR_TOO_MANY_FDS'],
        ['{"uintr":9}', [0], 'ERR_UINTR_VERSION'],
        ['{"uintr":1,"code":7}', [], 'ERR_UINTR_HANDSHAKE'],
        ['x'.repeat(5000), [0], 'EMSGSIZE'],
        ['', [], 'ECONNRESET'],
      ];
      await leavesNothing(async () => {
        const listener = new FdListener(file('socket'));
        let answer = 0;
        listener.on('connection', (socket) => {
          const [data, fds] = answers[answer++] ?? ['', []];
          void socket.receive().then(() => {
            if (data !== '') socket.send(data, fds);
            socket.close();
          });
        });
        for (const [, , code] of answers) await assert.rejects(attempt(['tick']), { code });
        listener.close();
      });
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
