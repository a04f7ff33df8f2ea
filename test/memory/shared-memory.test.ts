import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fstatSync, readlinkSync, readSync, writeSync } from 'node:fs';
import { types } from 'node:util';
import { SharedMemory } from 'uintr';
import { closing } from '../support/closing.js';

const SHRINK = 2;
const GROW = 4;
const SEAL = 1;

/** The seals and the size of a memory, and what comes of an attempt to change them, by Python. */
const seenElsewhere = (fd: number): unknown =>
  JSON.parse(
    execFileSync(
      'python3',
      [
        '-c',
        `import fcntl, json, os
def attempt(call, *args):
    try:
        call(3, *args)
    except OSError as error:
        return error.strerror
seals = fcntl.fcntl(3, fcntl.F_GET_SEALS) & ~32 # F_SEAL_EXEC, since Linux 6.3
tried = [attempt(os.ftruncate, 1), attempt(os.ftruncate, 1 << 20), attempt(fcntl.fcntl, fcntl.F_ADD_SEALS, 8)]
print(json.dumps([seals, os.fstat(3).st_size, tried]))`,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit', fd] },
    ),
  );

const closeOnExec = (fd: number): boolean => {
  const program = `import os, sys; sys.exit(os.path.exists("/proc/self/fd/${fd}"))`;
  execFileSync('python3', ['-c', program]);
  return true;
};

describe('shared memory', () => {
  const use = closing();

  for (const size of [1, 4, 4095, 4096, 4097, 1 << 20, (1 << 24) + 8]) {
    it(`has the size that was asked for, and is zeroed: ${size}`, () => {
      const memory = use(new SharedMemory(size));
      assert.equal(memory.byteLength, size);
      assert.equal(memory.buffer.byteLength, size);
      assert.equal(fstatSync(memory.fd).size, size);
      assert.ok(new Uint8Array(memory.buffer).every((byte) => byte === 0));
    });
  }

  it('is a SharedArrayBuffer on every version of Node that is tested', () => {
    const memory = use(new SharedMemory(8));
    assert.ok(types.isSharedArrayBuffer(memory.buffer));
    assert.ok(memory.buffer instanceof SharedArrayBuffer);
    assert.equal(memory.buffer, memory.buffer);
  });

  it('has all of its pages from the beginning', () => {
    const memory = use(new SharedMemory(1 << 20));
    assert.equal(fstatSync(memory.fd).blocks, (1 << 20) / 512);
  });

  it('is sealed: nobody can shrink it, grow it or seal it against writing', () => {
    const memory = use(new SharedMemory(5000));
    assert.deepEqual(seenElsewhere(memory.fd), [
      SHRINK | GROW | SEAL,
      5000,
      Array(3).fill('Operation not permitted'),
    ]);
  });

  it('has a name for /proc, and a descriptor that is close-on-exec', () => {
    const link = (memory: SharedMemory): string => readlinkSync(`/proc/self/fd/${memory.fd}`);
    const memory = use(new SharedMemory(1));
    assert.match(link(memory), /^\/memfd:uintr-memory /);
    assert.match(link(use(new SharedMemory(1, { name: 'frames ü' }))), /^\/memfd:frames ü /);
    assert.match(link(use(new SharedMemory(1, { name: '' }))), /^\/memfd: /);
    assert.match(link(use(new SharedMemory(1, { name: 'n'.repeat(249) }))), /^\/memfd:n{249} /);
    assert.ok(closeOnExec(memory.fd));
  });

  it('is the same memory in each opening, whose descriptors are their own', () => {
    const memory = use(new SharedMemory(5000));
    const other = use(SharedMemory.open(memory.fd));
    const third = use(SharedMemory.open(other.fd, { access: 'read-write' }));
    assert.equal(new Set([memory.fd, other.fd, third.fd]).size, 3);
    assert.equal(third.byteLength, 5000);
    const [first, second, last] = [memory, other, third].map(
      ({ buffer }) => new BigInt64Array(buffer, 0, 8),
    );
    assert.ok(first && second && last);
    assert.equal(Atomics.add(first, 7, 5n), 0n);
    assert.equal(Atomics.exchange(second, 7, 7n), 5n);
    assert.equal(Atomics.load(last, 7), 7n);
    last[0] = -1n;
    assert.equal(first[0], -1n);
  });

  it('is the file behind the descriptor, which read and write know, too', () => {
    const memory = use(new SharedMemory(16));
    writeSync(memory.fd, 'seen', 4);
    const bytes = new Uint8Array(memory.buffer);
    assert.equal(String.fromCharCode(...bytes.subarray(4, 8)), 'seen');
    bytes[15] = 65;
    const back = new Uint8Array(1);
    readSync(memory.fd, back, 0, 1, 15);
    assert.equal(back[0], 65);
  });

  it('takes every call of Atomics', () => {
    const words = new Int32Array(use(new SharedMemory(8)).buffer);
    assert.equal(Atomics.store(words, 0, 6), 6);
    assert.equal(Atomics.and(words, 0, 4), 6);
    assert.equal(Atomics.or(words, 0, 1), 4);
    assert.equal(Atomics.xor(words, 0, 7), 5);
    assert.equal(Atomics.sub(words, 0, 1), 2);
    assert.equal(Atomics.compareExchange(words, 0, 1, 9), 1);
    assert.equal(Atomics.notify(words, 0), 0);
    assert.equal(Atomics.wait(words, 0, 8), 'not-equal');
    assert.equal(Atomics.wait(words, 0, 9, 1), 'timed-out');
  });

  it('goes on after close while there are views, and has neither fd nor buffer then', () => {
    const memory = new SharedMemory(4096);
    const other = use(SharedMemory.open(memory.fd));
    const view = new Uint8Array(memory.buffer);
    const { fd } = memory;
    memory.close();
    memory.close();
    assert.equal(memory.fd, -1);
    assert.equal(memory.byteLength, 4096);
    assert.throws(() => memory.buffer, { name: 'UintrError', code: 'ERR_UINTR_CLOSED' });
    assert.throws(() => fstatSync(fd), { code: 'EBADF' });
    assert.throws(() => SharedMemory.open(memory.fd), { code: 'ERR_OUT_OF_RANGE' });
    view[4095] = 3;
    assert.equal(new Uint8Array(other.buffer)[4095], 3);
  });

  it('is disposable', () => {
    const memory = new SharedMemory(1);
    memory[Symbol.dispose]();
    assert.equal(memory.fd, -1);
  });

  it('leaves the caller’s descriptor open, and does not need it', () => {
    const memory = use(new SharedMemory(4));
    const other = SharedMemory.open(memory.fd);
    other.close();
    assert.equal(fstatSync(memory.fd).size, 4);
    const third = use(SharedMemory.open(memory.fd));
    memory.close();
    const fourth = use(SharedMemory.open(third.fd));
    new Uint8Array(third.buffer)[3] = 3;
    assert.equal(new Uint8Array(fourth.buffer)[3], 3);
  });

  it('is shared by a clone of a view or of the buffer', () => {
    const memory = use(new SharedMemory(64));
    const view = new Int32Array(memory.buffer, 8, 4);
    const clone = structuredClone(view);
    assert.deepEqual([clone.byteOffset, clone.length], [8, 4]);
    Atomics.add(clone, 1, 5);
    assert.equal(Atomics.load(view, 1), 5);
    const whole = new DataView(structuredClone(memory.buffer));
    assert.equal(whole.getInt32(12, true), 5);
  });

  describe('opened to read', () => {
    const open = (): readonly [Int32Array, Int32Array] => {
      const memory = use(new SharedMemory(8192));
      const reader = use(SharedMemory.open(memory.fd, { access: 'read' }));
      return [new Int32Array(memory.buffer), new Int32Array(reader.buffer)];
    };

    it('sees what others write', () => {
      const [words, reader] = open();
      assert.equal(reader[5], 0);
      for (let i = 1; i < 100; i++) {
        Atomics.store(words, 5, i);
        assert.equal(Atomics.load(reader, 5), i);
        assert.equal(reader[5], i);
      }
    });

    it('keeps its stores to itself, with the page from then on, and others see none of them', () => {
      const [words, reader] = open();
      reader[5] = 9;
      assert.equal(words[5], 0);
      words[5] = 1;
      words[6] = 1;
      words[1024] = 1; // the next page
      assert.deepEqual([reader[5], reader[6], reader[1024]], [9, 0, 1]);
      Atomics.add(reader, 1024, 1);
      assert.deepEqual([words[1024], reader[1024]], [1, 2]);
    });

    it('neither stores nor copies by load, wait and notify', () => {
      const [words, reader] = open();
      Atomics.load(reader, 5);
      Atomics.wait(reader, 5, 0, 1);
      Atomics.notify(reader, 5);
      words[5] = 1;
      assert.equal(reader[5], 1);
    });
  });
});
