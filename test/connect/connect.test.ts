import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, FdListener, FdSocket, Receiver, UintrError } from 'uintr';
import { folder } from '../support/addresses.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { listening, type Name, VECTORS } from '../support/listening.js';
import { turns } from '../support/settle.js';

describe('connect', () => {
  const use = closing();
  const file = folder();
  const { listen, attempt } = listening(use, file);

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
