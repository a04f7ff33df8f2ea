// What other processes send is dropped in every way there is. Its end takes an hour, and the test ends
// long before: JavaScript's thread never waits for it. fixtures/foreign-drops.ts shows the rest.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { folder } from '../support/addresses.js';
import { fixture } from '../support/remote.js';

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

/** Linux 6.16 and later. */
const canRefuse =
  spawnSync('python3', [
    '-c',
    'import socket; socket.socket(socket.AF_UNIX).getsockopt(socket.SOL_SOCKET, 83)',
  ]).status === 0;

describe('a descriptor of another process whose end blocks', function () {
  this.timeout(120_000);
  const file = folder();

  function drop(way: string, prefix: readonly string[] = []): unknown {
    const [program = '', ...args] = [...prefix, process.execPath, fixture('foreign-drops')];
    const { stdout, stderr, status, signal } = spawnSync(program, [...args, way, file('socket')], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
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

  it('stays in the queue while this process has no descriptors left for it', () => {
    assert.deepEqual(drop('no descriptors left', ['prlimit', '--nofile=90:90']), {
      code: 'EMFILE',
      received: 20,
    });
  });
});
