import assert from 'node:assert/strict';
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { FdListener, FdSocket } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { Mailbox } from '../support/mailbox.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';

function readAll(fd: number): string {
  const space = Buffer.alloc(256);
  const text = space.toString('utf8', 0, readSync(fd, space, 0, 256, null));
  closeSync(fd);
  return text;
}

/** Leaves the file of a listener that died without removing it. */
async function leaveDeadSocket(path: string): Promise<void> {
  const server = createServer().listen(`${path}.dead`);
  await once(server, 'listening');
  renameSync(`${path}.dead`, path);
  server.close();
  await once(server, 'close');
}

describe('FdListener', () => {
  const use = closing();
  const started = children();
  const file = folder();

  it('makes a file with exactly the mode it is told', () => {
    for (const mode of [0o600, 0o666, 0o777]) {
      const listener = new FdListener(file('socket'), { mode });
      assert.equal(statSync(file('socket')).mode & 0o777, mode);
      listener.close();
    }
  });

  it('removes its file, but not one that another process has put there', () => {
    const listener = new FdListener(file('socket'));
    listener.close();
    assert.throws(() => statSync(file('socket')), { code: 'ENOENT' });
    const other = new FdListener(file('socket'));
    rmSync(file('socket'));
    writeFileSync(file('socket'), '');
    other.close();
    other.close();
    assert.ok(statSync(file('socket')).isFile());
  });

  it('hangs up on a peer that connects while nobody listens for connections', async () => {
    use(new FdListener(file('socket')));
    const socket = use(await FdSocket.connect(file('socket')));
    assert.equal(await socket.receive({ timeout: PATIENCE_MS }), null);
  });

  it('does not replace the file of a living listener, or one that is no socket', () => {
    use(new FdListener(file('socket')));
    assert.throws(() => new FdListener(file('socket')), { code: 'EADDRINUSE', syscall: 'bind' });
    writeFileSync(file('plain'), 'contents');
    assert.throws(() => new FdListener(file('plain')), { code: 'EADDRINUSE' });
    assert.equal(readAll(openSync(file('plain'), 'r')), 'contents');
  });

  it('replaces a file that a dead process left behind', async () => {
    await leaveDeadSocket(file('socket'));
    use(new FdListener(file('socket')));
    use(await FdSocket.connect(file('socket')));
  });

  it('replaces the file although another process has locked the directory, as any can', async () => {
    await leaveDeadSocket(file('socket'));
    const locker = spawn('flock', [file('.'), 'sh', '-c', 'echo locked; read -r line'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(locker.stdout, 'data');
    use(new FdListener(file('socket')));
    const exit = once(locker, 'exit');
    locker.stdin.end('end\n');
    await exit;
  });

  it('leaves nothing but its file, and removes what a killed listener left', () => {
    for (const killedIn of ['flock', 'bind', 'listen', 'renameat2', 'connect']) {
      const { signal } = spawnSync(
        'strace',
        [
          ...['-f', '-qq', '-o', file('trace'), '-e', `trace=${killedIn}`],
          ...['-e', `inject=${killedIn}:signal=KILL`],
          ...[process.execPath, fixture('listen-once'), file('socket')],
        ],
        { stdio: ['ignore', 'ignore', 'inherit'], timeout: PATIENCE_MS },
      );
      assert.equal(signal, 'SIGKILL', killedIn);
      rmSync(file('trace'));
      const listener = new FdListener(file('socket'));
      assert.deepEqual(readdirSync(file('.')), ['socket'], killedIn);
      listener.close();
      assert.deepEqual(readdirSync(file('.')), [], killedIn);
    }
  });

  /** Lets two processes listen on the addresses at the same time, 20 times. Returns the results. */
  async function race(
    names: readonly [string, string],
    check: (outcomes: unknown[]) => unknown,
  ): Promise<void> {
    const racers = names.map((name) => started(fork(fixture('listen-once'), [file(name), 'race'])));
    const mailboxes = racers.map((child) => new Mailbox(child));
    const tell = (what: string): Promise<unknown[]> => {
      for (const racer of racers) racer.send(what);
      return Promise.all(mailboxes.map((mailbox) => mailbox.next()));
    };
    for (let i = 0; i < 20; i++) {
      for (const name of new Set(names)) await leaveDeadSocket(file(name));
      await check(await tell('listen'));
      await tell('close');
      assert.deepEqual(readdirSync(file('.')), []);
    }
  }

  it('exists in one of two processes that replace a dead one’s file at the same time', () =>
    race(['socket', 'socket'], async (outcomes) => {
      assert.deepEqual(outcomes.sort(), ['EADDRINUSE', 'listening']);
      use(await FdSocket.connect(file('socket')));
    }));

  it('does not hinder another that replaces another file in the same directory', () =>
    race(['first', 'second'], (outcomes) => {
      assert.deepEqual(outcomes, ['listening', 'listening']);
    }));
});
