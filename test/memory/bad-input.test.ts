import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { inspect } from 'node:util';
import { FdSocket, Receiver, SharedMemory } from 'uintr';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { fixture, python } from '../support/remote.js';
import { execute } from '../support/testbed.js';
import { invalidType, invalidValue, outOfRange, wrong, WRONG_FDS } from '../support/wrong.js';

const otherKind = { name: 'UintrError', code: 'ERR_UINTR_NOT_SHARED_MEMORY' };

describe('new SharedMemory', () => {
  for (const [size, expected] of [
    [0, outOfRange],
    [-1, outOfRange],
    [-0, outOfRange],
    [1.5, outOfRange],
    [NaN, outOfRange],
    [Infinity, outOfRange],
    [2 ** 40 + 1, outOfRange],
    [2 ** 53, outOfRange],
    [2 ** 64, outOfRange],
    [1e300, outOfRange],
    ['4096', invalidType],
    [4096n, invalidType],
    [null, invalidType],
    [undefined, invalidType],
    [{}, invalidType],
    [[4096], invalidType],
    [{ native: {} }, invalidType],
    [Symbol('size'), invalidType],
  ] as const) {
    it(`refuses a size: ${inspect(size)}`, async () => {
      await leavesNothing(() => {
        assert.throws(() => new SharedMemory(wrong(size)), expected);
      });
    });
  }

  for (const [options, expected] of [
    [null, invalidType],
    [5, invalidType],
    [{ name: 5 }, invalidType],
    [{ name: null }, invalidType],
    [{ name: 'a\0b' }, invalidValue],
    [{ name: 'n'.repeat(250) }, invalidValue],
    [{ name: 'ü'.repeat(125) }, invalidValue],
  ] as const) {
    it(`refuses options: ${inspect(options)}`, async () => {
      await leavesNothing(() => {
        assert.throws(() => new SharedMemory(4096, wrong<object>(options)), expected);
      });
    });
  }

  it('takes options of another realm and of undefined values', () => {
    new SharedMemory(1, wrong({ __proto__: null, name: undefined })).close();
    new SharedMemory(1, undefined).close();
  });

  for (const size of [2 ** 40, 2 ** 38]) {
    it(`is ENOMEM for more than the machine has: ${size}`, async () => {
      await leavesNothing(() => {
        assert.throws(() => new SharedMemory(size), {
          name: 'UintrError',
          code: 'ENOMEM',
          errno: -12,
          syscall: 'memfd_create',
        });
      });
    });
  }

  /** Runs create-memory in a shell, after other commands. Expects an outcome for each size. */
  const makes = async (
    { before = '', by = '', space = '-' }: { before?: string; by?: string; space?: string },
    outcomes: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const program = `${by} '${process.execPath}' '${fixture('create-memory')}'`;
    const sizes = Object.keys(outcomes);
    const result = await execute([
      ...['sh', '-c', `${before}\nexec ${program} "$@"`, 'sh', space],
      ...sizes,
    ]);
    assert.deepEqual([result.code, result.signal, result.stderr], [0, null, '']);
    assert.deepEqual(JSON.parse(result.stdout), { outcomes: Object.values(outcomes), left: 0 });
  };

  it('is EFBIG above RLIMIT_FSIZE, whose signal does not end the process', async () => {
    await makes(
      { before: 'ulimit -f 128' }, // 64 KiB, or 128 where a block is 1 KiB
      { '200000': 'EFBIG ftruncate', ' 200000': 'EFBIG ftruncate', '65536': 'made' },
    );
  });

  it('is EFBIG under an RLIMIT_FSIZE of 0, as is the page of a receiver', async () => {
    await makes(
      { before: 'ulimit -f 0' },
      { '1': 'EFBIG ftruncate', receiver: 'EFBIG ftruncate', ' 1': 'EFBIG ftruncate' },
    );
  });

  it('is ENOMEM without address space (RLIMIT_AS)', async () => {
    await makes(
      { space: String(64 << 20) },
      { [String(256 << 20)]: 'ENOMEM mmap', '4096': 'made' },
    );
  });

  it('is ENOSPC or ENOMEM where the kernel has no pages for it', async () => {
    for (const code of ['ENOSPC', 'ENOMEM']) {
      await makes(
        { by: `python3 '${python('refuse')}' fallocate=${code}` },
        { '4096': `${code} fallocate`, '5000000': `${code} fallocate` },
      );
    }
  });

  it('takes its pages later where a filter forbids fallocate', async () => {
    for (const code of ['EPERM', 'ENOSYS', 'EOPNOTSUPP']) {
      await makes(
        { by: `python3 '${python('refuse')}' fallocate=${code}` },
        { '4096': 'made', '5000000': 'made' },
      );
    }
  });

  it('asks the machine as a whole how much memory there is without /proc', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const by = `unshare --mount sh -c 'mount -t tmpfs none /proc && exec "$@"' sh`;
    const [some, all] = [20 << 20, 2 ** 40].map(String);
    await makes(
      { by },
      { '4096': 'made', [some ?? '']: 'made', [all ?? '']: 'ENOMEM memfd_create' },
    );
  });

  it('is EPERM where a filter forbids memfd_create', async () => {
    await makes(
      { by: `python3 '${python('refuse')}' memfd_create` },
      { '4096': 'EPERM memfd_create' },
    );
  });
});

describe('SharedMemory.open', () => {
  const use = closing();

  for (const [fd, expected] of WRONG_FDS) {
    it(`refuses a descriptor: ${inspect(fd)}`, async () => {
      await leavesNothing(() => {
        assert.throws(() => SharedMemory.open(wrong(fd)), expected);
      });
    });
  }

  for (const [options, expected] of [
    [null, invalidType],
    ['read', invalidType],
    [{ access: 'write' }, invalidValue],
    [{ access: null }, invalidValue],
    [{ access: true }, invalidValue],
  ] as const) {
    it(`refuses options: ${inspect(options)}`, async () => {
      const memory = use(new SharedMemory(4));
      await leavesNothing(() => {
        assert.throws(() => SharedMemory.open(memory.fd, wrong<object>(options)), expected);
      });
    });
  }

  it('is EBADF for a descriptor that is not open', async () => {
    await leavesNothing(() => {
      for (const fd of [1_000_000, 2 ** 31 - 1]) {
        assert.throws(() => SharedMemory.open(fd), { name: 'UintrError', code: 'EBADF' });
      }
    });
  });

  it('refuses descriptors of this process that are something else, and leaves them open', async () => {
    const receiver = use(new Receiver());
    const vectorFd = receiver.createFd(1);
    const [socket, peer] = FdSocket.pair();
    use(socket);
    use(peer);
    const file = openSync(__filename, 'r');
    await leavesNothing(() => {
      for (const fd of [vectorFd.fd, socket.fd, file]) {
        for (const access of ['read', 'read-write'] as const) {
          assert.throws(() => SharedMemory.open(fd, { access }), otherKind);
        }
      }
    });
    closeSync(file);
    socket.send('x');
  });

  it('refuses what is not sealed against shrinking, is empty, huge or too large, and no other memory', async () => {
    const { stdout, stderr, code } = await execute([
      'python3',
      ...[python('memory_files'), process.execPath, fixture('memory-files')],
    ]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const no = Array<string>(2).fill(otherKind.code);
    const outcomes = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(outcomes, {
      // What is read first is what Python wrote, then what the buffer has of its own.
      sealed: [
        [42, 7, 3 * 4096],
        [42, 7, 3 * 4096],
      ],
      readOnly: [[42, 7, 3 * 4096], 'EACCES'],
      futureWrite: [[42, 7, 3 * 4096], 'EPERM'],
      write: [[42, 7, 3 * 4096], 'EPERM'],
      unsealed: no,
      unsealable: no,
      empty: no,
      ...('huge' in outcomes ? { huge: no } : {}),
      tooLarge: no,
      regular: no,
      tmpfs: no,
      folder: no,
      null: no,
      socket: no,
      pipe: no,
      left: [],
    });
  });
});
