// Terminates workers in the middle of their work: no crash, and nothing is left.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Receiver } from 'uintr';
import type { Life } from '../fixtures/lifecycle.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { fixture } from '../support/remote.js';

const CYCLES = Number(process.env['UINTR_TEST_CYCLES'] ?? 200);
const AT_ONCE = 4;

const terminated = [
  'waits in waitSync',
  'waits in wait()',
  'waits in an iterator',
  'listens',
  'busy-polls',
  'sends all the time',
  'holds everything open',
];
// A fifth of the cycles: a worker takes long to start.
const terminatedBesides = [
  'waits in waitSync for many vectors',
  'waits in one of several receivers',
  'waits in waitSync after 2,000 others',
  'listens in a storm of its own',
  'polls all the time',
  'drops everything unclosed, and collects garbage',
  'closes in the middle',
];
const endByThemselves = [
  'exits by itself with everything open',
  'exits in a listener',
  'exits in a listener while busy polling',
  'throws in a listener',
];

async function live(life: Life, terminate: boolean): Promise<void> {
  const worker = new Worker(fixture('lifecycle'), { workerData: life });
  const exit = once(worker, 'exit').catch((error: unknown) => error);
  if (terminate) {
    await once(worker, 'message');
    await worker.terminate();
  }
  const outcome = await exit;
  if (life.way === 'throws in a listener') {
    assert.ok(outcome instanceof Error && outcome.message === 'at 3', String(outcome));
  } else {
    assert.ok(Array.isArray(outcome), String(outcome));
  }
}

async function lives(count: number, life: Life, terminate: boolean): Promise<void> {
  let begun = 0;
  const series = async (): Promise<void> => {
    while (begun++ < count) await live(life, terminate);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, series));
}

describe('a worker', function () {
  const use = closing();

  const leavesNothingOf = async (cycles: number, way: string, end: boolean): Promise<void> => {
    const receiver = use(new Receiver());
    const { fd } = receiver.createFd(9);
    await lives(AT_ONCE, { way, fd }, end); // what Node itself keeps of a first worker
    await leavesNothing(() => lives(cycles, { way, fd }, end));
    receiver.poll();
    assert.equal(receiver.poll(), -1);
  };

  for (const way of terminated) {
    it(`is terminated while it ${way}: ${CYCLES} leave nothing`, async () => {
      await leavesNothingOf(CYCLES, way, true);
    });
  }

  const fewer = Math.ceil(CYCLES / 5);
  for (const way of terminatedBesides) {
    it(`is terminated while it ${way}: ${fewer} leave nothing`, async () => {
      await leavesNothingOf(fewer, way, true);
    });
  }

  for (const way of endByThemselves) {
    it(`${way}: ${fewer} leave nothing`, async () => {
      await leavesNothingOf(fewer, way, false);
    });
  }
});
