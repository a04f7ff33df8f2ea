// When memory is given back, and that all of it is.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SharedMemory } from 'uintr';
import { closing } from '../support/closing.js';
import { collect } from '../support/collect.js';
import { footprint, leavesNothing } from '../support/leaks.js';
import { fixture } from '../support/remote.js';
import { settles } from '../support/settle.js';
import { execute } from '../support/testbed.js';

const CYCLES = Number(process.env['UINTR_TEST_CYCLES'] ?? 1000);
const AT_ONCE = 4;

const mappings = (): number =>
  footprint().mappings.filter((line) => line.includes('/memfd:uintr-memory')).length;

/** Asserts that there are so many mappings more than before, once garbage is collected. */
const mapped = (before: number, more: number): Promise<void> =>
  settles(() => {
    collect();
    assert.equal(mappings() - before, more);
  });

describe('shared memory', function () {
  const use = closing();

  before(() => mapped(0, 0)); // what other files have left is collected

  it('is unmapped when its buffer and all views have been collected, and not before', async () => {
    const before = mappings();
    const views = [
      ((): Uint8Array => {
        const memory = new SharedMemory(8192);
        const bytes = new Uint8Array(memory.buffer, 4096);
        memory.close();
        return bytes;
      })(),
    ];
    for (let i = 0; i < 3; i++) {
      await mapped(before, 1);
      views[0]?.fill(1);
    }
    views.length = 0;
    await mapped(before, 0);
  });

  it('is unmapped and closed when it is dropped unclosed', async () => {
    await leavesNothing(async () => {
      const before = mappings();
      (() => {
        const made = Array.from({ length: 20 }, () => new SharedMemory(4096));
        const opened = made.map(({ fd }) => SharedMemory.open(fd, { access: 'read' }));
        assert.equal(mappings() - before, 40);
        assert.equal(opened.length, 20);
      })();
      await mapped(before, 0);
    });
  });

  it('stays mapped for the thread that got it, when the one that posted it has dropped it', async () => {
    const before = mappings();
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
      let words;
      parentPort.on('message', (message) => {
        if (message.buffer) words = new Int32Array(message.buffer);
        parentPort.postMessage(Atomics.add(words, 0, 1));
      });`,
      { eval: true },
    );
    const ask = async (message: object): Promise<unknown> => {
      worker.postMessage(message);
      const [answer] = (await once(worker, 'message')) as [unknown];
      return answer;
    };
    const give = (): Promise<unknown> => {
      using memory = new SharedMemory(4096);
      return ask({ buffer: memory.buffer });
    };
    assert.equal(await give(), 0);
    await mapped(before, 1);
    assert.equal(await ask({}), 1);
    await worker.terminate();
    await mapped(before, 0);
  });

  it('is collected in time although nobody closes it and the heap is small', async () => {
    const { stdout, stderr, code } = await execute([
      process.execPath,
      ...[fixture('dropped-memory'), '400', String(4 << 20)],
    ]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.ok(Number(stdout) > 0 && Number(stdout) < 150, `${stdout} of 400 were mapped at once`);
  });

  it(`leaves nothing of ${CYCLES} workers that are terminated anywhere`, async () => {
    const memory = use(new SharedMemory(4096));
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
    let begun = 0;
    let received = 0;
    const series = async (cycles: number): Promise<void> => {
      while (begun++ < cycles) {
        const worker = new Worker(fixture('memory-life'), { workerData: memory.fd });
        worker.on('message', (buffer: SharedArrayBuffer) => {
          assert.ok(types.isSharedArrayBuffer(buffer));
          new Uint8Array(buffer)[0] = 1;
          received++;
        });
        const exit = once(worker, 'exit');
        // Half of them before they have begun, or in the middle of loading.
        if (random() < 0.5) await Promise.race([once(worker, 'message'), exit]);
        await sleep(random() * 20);
        await worker.terminate();
        await exit;
      }
    };
    const run = async (cycles: number): Promise<void> => {
      begun = 0;
      await Promise.all(Array.from({ length: AT_ONCE }, () => series(cycles)));
    };
    await run(AT_ONCE); // what Node itself keeps of a first worker
    const own = 1; // `memory`
    await mapped(0, own);
    await leavesNothing(async () => {
      await run(CYCLES);
      await mapped(0, own);
    });
    assert.ok(received > 0);
  });

  for (const [way, flags] of [
    ['', []],
    [' under a small heap', ['--max-semi-space-size=1', '--max-old-space-size=32']],
  ] as const) {
    it(`is an ArrayBuffer where the runtime has no other, on which all but Atomics.wait works${way}`, async () => {
      const { stdout, stderr, code } = await execute([
        process.execPath,
        ...flags,
        fixture('unshared-buffers'),
      ]);
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      assert.deepEqual(JSON.parse(stdout), {
        shared: false,
        external: true,
        seen: 5,
        exchanged: 5,
        notified: 0,
        copied: 6,
        wait: 'TypeError',
        moved: [0, 9],
        views: 9,
      });
    });
  }
});
