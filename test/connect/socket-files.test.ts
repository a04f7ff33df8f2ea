import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { FdListener, FdSocket } from 'uintr';
import type { Outcome } from '../fixtures/socket-file.js';
import { folder } from '../support/addresses.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { fixture } from '../support/remote.js';
import { settles } from '../support/settle.js';
import { hasStrace } from '../support/strace.js';

const MINUTE = 60_000;
const worked = (mode: string): Outcome => ({ listen: 'ok', connect: 'ok', mode, accepted: 1 });

/** Runs a program that ends with the fixture, and returns what that prints. */
function run(command: readonly string[], args: readonly string[]): Outcome {
  const [program = '', ...rest] = command;
  const { stdout, stderr } = spawnSync(program, [...rest, ...args], {
    encoding: 'utf8',
    timeout: MINUTE,
  });
  assert.ok(stdout !== '', stderr);
  return JSON.parse(stdout) as Outcome;
}

const NODE = [process.execPath, fixture('socket-file')];
const isRoot = process.getuid?.() === 0;
/** A mount namespace of its own, in which /proc is empty. */
const WITHOUT_PROC = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  'mount -t tmpfs none /proc && exec "$@"',
  'sh',
];

describe('a socket file', () => {
  const use = closing();
  const file = folder();

  /** Leaves the file of a listener that died without removing it. */
  async function leaveDead(name: string): Promise<void> {
    const server = createServer().listen(file(`${name}.dead`));
    await once(server, 'listening');
    renameSync(file(`${name}.dead`), file(name));
    server.close();
    await once(server, 'close');
  }

  it('is not tried by a connection that the listener would see', async () => {
    const listener = use(new FdListener(file('socket')));
    const peers: FdSocket[] = [];
    listener.on('connection', (socket) => peers.push(use(socket)));
    const sockets = [1, 2, 3].map(() => FdSocket.connect(file('socket')));
    for (const socket of await Promise.all(sockets)) use(socket);
    await settles(() => {
      assert.equal(peers.length, 3);
    });
  });

  it('is removed although the working directory is another one', () => {
    const before = process.cwd();
    process.chdir(file('.'));
    try {
      const listener = use(new FdListener('socket'));
      process.chdir('/');
      listener.close();
      assert.deepEqual(readdirSync(file('.')), []);
    } finally {
      process.chdir(before);
    }
  });

  it('is removed although its folder has another name', async () => {
    await leavesNothing(() => {
      mkdirSync(file('before'));
      const listener = new FdListener(file('before/socket'));
      renameSync(file('before'), file('after'));
      mkdirSync(file('before'));
      listener.close();
      assert.deepEqual(readdirSync(file('after')), []);
    });
  });

  it('appears where the working directory is gone, or the error says so', () => {
    // Node.js itself does not start in a folder that is gone, so it goes later.
    const inGone = (address: string): Outcome => {
      mkdirSync(file('gone'));
      const gone = JSON.stringify(file('gone'));
      const script = `process.chdir(${gone}); require('node:fs').rmdirSync(${gone});
        require(${JSON.stringify(fixture('socket-file'))});`;
      return run([process.execPath, '-e', script, 'script'], [address]);
    };
    assert.deepEqual(inGone(file('socket')), worked('600'));
    assert.deepEqual(inGone('socket'), { listen: 'ENOENT open' });
  });

  describe('without /proc', () => {
    before(function () {
      if (!isRoot) this.skip();
    });

    for (const mode of ['600', '666']) {
      it(`has its mode, ${mode}`, () => {
        assert.deepEqual(run([...WITHOUT_PROC, ...NODE], [file('socket'), mode]), worked(mode));
        assert.deepEqual(readdirSync(file('.')), []);
      });
    }

    // Under a kernel that says to be 2.6 the addon makes no call that came with Linux 6.6.
    const OLD = [...WITHOUT_PROC, 'setarch', '--uname-2.6', ...NODE];

    it('has its mode under an old kernel, in a folder where nobody else can replace it', () => {
      for (const folderMode of [0o755, 0o1777]) {
        chmodSync(file('.'), folderMode);
        assert.deepEqual(run(OLD, [file('socket'), '666']), worked('666'));
      }
    });

    it('is ENOTSUP under an old kernel where others could replace it', () => {
      chmodSync(file('.'), 0o777);
      assert.deepEqual(run(OLD, [file('socket'), '666']), { listen: 'ENOTSUP chmod' });
      assert.deepEqual(run(OLD, [file('socket'), '600']), worked('600'));
      assert.deepEqual(readdirSync(file('.')), []);
    });
  });

  describe('where system calls fail', () => {
    before(function () {
      if (!hasStrace) this.skip();
    });

    /** Makes system calls fail, each like `link:error=EPERM`. */
    const failing = (...calls: readonly string[]): string[] => [
      ...['strace', '-f', '-qq', '-o', '/dev/null'],
      ...calls.flatMap((call) => ['-e', `inject=${call}`]),
      ...NODE,
    ];

    for (const error of ['EINVAL', 'ENOSYS', 'EPERM']) {
      it(`appears without link(2) and RENAME_NOREPLACE (${error})`, async () => {
        const command = failing('link,linkat:error=EPERM', `renameat2:error=${error}`);
        assert.deepEqual(run(command, [file('socket')]), worked('600'));
        assert.deepEqual(readdirSync(file('.')), []);
        await leaveDead('socket');
        assert.deepEqual(run(command, [file('socket')]), worked('600'));
        assert.deepEqual(readdirSync(file('.')), []);
        use(new FdListener(file('socket')));
        assert.deepEqual(run(command, [file('socket')]), { listen: 'EADDRINUSE bind' });
        assert.deepEqual(readdirSync(file('.')), ['socket']);
      });
    }

    it('is ENOTSUP, and leaves nothing, where nobody can connect to it', () => {
      const command = failing('connect:error=ECONNREFUSED');
      assert.deepEqual(run(command, [file('socket')]), { listen: 'ENOTSUP bind' });
      assert.deepEqual(readdirSync(file('.')), []);
    });
  });

  describe('on a FUSE file system', () => {
    before(function () {
      const works = isRoot && existsSync('/dev/fuse') && spawnSync('bindfs', ['-V']).status === 0;
      if (works) return;
      console.log('      no bindfs, /dev/fuse or root here: no FUSE file system');
      this.skip();
    });
    beforeEach(() => {
      for (const name of ['below', 'fuse']) mkdirSync(file(name));
      const { status, stderr } = spawnSync('bindfs', [file('below'), file('fuse')]);
      assert.equal(status, 0, String(stderr));
    });
    afterEach(() => {
      spawnSync('umount', ['--lazy', file('fuse')]);
    });

    it('appears, and goes', () => {
      assert.deepEqual(run(NODE, [file('fuse/socket'), '660']), worked('660'));
      assert.deepEqual(readdirSync(file('fuse')), []);
    });

    it('is not taken from a living listener, whatever mount it was made through', async () => {
      for (const [here, there] of [
        ['fuse', 'fuse'],
        ['below', 'fuse'],
      ] as const) {
        using listener = new FdListener(file(`${here}/socket`));
        listener.on('connection', (socket) => {
          socket.close();
        });
        assert.deepEqual(run(NODE, [file(`${there}/socket`)]), { listen: 'EADDRINUSE bind' });
        using socket = await FdSocket.connect(file(`${here}/socket`));
        assert.equal(await socket.receive(), null);
      }
    });
  });
});
