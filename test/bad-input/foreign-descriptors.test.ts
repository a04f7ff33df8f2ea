// What other processes send is dropped in every way there is. Its end takes an hour, and the test ends
// long before: JavaScript's thread never waits for it. fixtures/foreign-drops.ts shows the rest.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder } from '../support/addresses.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { settles } from '../support/settle.js';

/** What each way of dropping ends with. */
const WAYS: Readonly<Record<string, unknown>> = {
  'too many descriptors': 'ERR_UINTR_TOO_MANY_FDS',
  'too long a message': 'EMSGSIZE',
  'close with a message unread': null,
  'close of a deep tree': null,
  'a byte out of band': 'ERR_UINTR_TOO_MANY_FDS',
  'close with a backlog': null,
  'connect, one descriptor': 'ERR_UINTR_NOT_A_VECTOR_FD',
  'connect, too many descriptors': 'ERR_UINTR_TOO_MANY_FDS',
  'connect, what looks like a vector fd': 'ERR_UINTR_NOT_A_VECTOR_FD',
  'new Sender': 'ERR_UINTR_NOT_A_VECTOR_FD',
  'while others wait': null,
  'a worker ends': null,
  'the process exits': null,
};

const FUSE_WAYS: Readonly<Record<string, unknown>> = {
  'a file on FUSE': 'ERR_UINTR_TOO_MANY_FDS',
  'connect, a file on FUSE': 'ERR_UINTR_NOT_A_VECTOR_FD',
};

/** Linux 6.16 and later. */
const canRefuse =
  spawnSync('python3', [
    '-c',
    'import socket; socket.socket(socket.AF_UNIX).getsockopt(socket.SOL_SOCKET, 83)',
  ]).status === 0;

describe('a descriptor of another process whose end blocks', function () {
  const file = folder();

  function drop(way: string, prefix: readonly string[] = [], environment = {}): unknown {
    const [program, ...args] = [...prefix, process.execPath, fixture('foreign-drops')];
    const { stdout, stderr, status, signal } = spawnSync(program, [...args, way, file('socket')], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...environment },
    });
    assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
    return JSON.parse(stdout);
  }

  for (const [way, result] of Object.entries(WAYS)) {
    it(`stops another thread, not JavaScript’s: ${way}`, () => {
      assert.deepEqual(drop(way), result);
    });
  }

  it('does not reach a rendezvous where the kernel can refuse it, and else does no harm', () => {
    assert.deepEqual(
      drop('rendezvous'),
      canRefuse
        ? { sent: 'EPERM', code: 'ERR_UINTR_HANDSHAKE' }
        : { sent: 'sent', code: 'ERR_UINTR_TOO_MANY_FDS' },
    );
  });

  it('does a rendezvous no harm where the kernel is too old to refuse it', () => {
    const old = ['-o', '/dev/null', '-e', 'inject=setsockopt:error=ENOPROTOOPT'];
    assert.deepEqual(drop('rendezvous', ['strace', ...old]), {
      sent: 'sent',
      code: 'ERR_UINTR_TOO_MANY_FDS',
    });
  });

  describe('because its file system does not answer', () => {
    let fuse: ChildProcess;
    afterEach(async () => {
      if (fuse.exitCode !== null || fuse.pid === undefined) return;
      const exit = once(fuse, 'exit');
      // Root mounts without fusermount3, which then may be missing.
      const unmount = process.getuid?.() === 0 ? ['umount', '-l'] : ['fusermount3', '-u', '-z'];
      spawnSync('env', [...unmount, shared('mounted')], { stdio: 'inherit' });
      fuse.kill('SIGKILL');
      await exit;
    });
    const shared = folder(); // removed after that
    // One mount per test: after the first close the kernel knows that bindfs flushes nothing, and
    // asks it no more (fs/fuse/file.c, fuse_flush()).
    beforeEach(async function () {
      const [source, mounted] = [shared('source'), shared('mounted')];
      for (const made of [source, mounted]) mkdirSync(made);
      writeFileSync(path.join(source, 'file'), 'contents');
      fuse = spawn('bindfs', ['-f', source, mounted], { stdio: 'ignore' });
      const no = (): boolean => false;
      const gone = once(fuse, 'exit').then(no, no); // with 'error' there is no bindfs
      const look = (): void => void statSync(path.join(mounted, 'file'));
      if (await Promise.race([settles(look).then(() => true, no), gone])) return;
      console.log('      no bindfs here, or no FUSE');
      this.skip();
    });
    for (const [way, result] of Object.entries(FUSE_WAYS)) {
      it(`stops another thread, not JavaScript’s: ${way}`, () => {
        const environment = {
          FUSE_FILE: shared('mounted/file'),
          FUSE_PID: String(fuse.pid),
        };
        assert.deepEqual(drop(way, [], environment), result);
      });
    }
  });

  it('stays in the queue while this process has no descriptors left for it', () => {
    assert.deepEqual(drop('no descriptors left', ['prlimit', '--nofile=90:90']), {
      code: 'EMFILE',
      received: 20,
    });
  });
});
