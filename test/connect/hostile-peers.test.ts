import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, Receiver } from 'uintr';
import { folder } from '../support/addresses.js';
import { closing } from '../support/closing.js';
import { collect } from '../support/collect.js';
import { python } from '../support/remote.js';
import { settles } from '../support/settle.js';

/** Fewer cases under the testbed, which is there for the other backend and slows everything down. */
const CASES = process.env['UINTR_BACKEND'] === 'hardware' ? 5_000 : 100_000;
const PROCESSES = 2;
const MIB = 1024 * 1024;
/** Growth of the process, just after a garbage collection. V8 may be lazy, so this is generous. */
const MAX_GROWTH = 192 * MIB;
/** Growth of the heap after a garbage collection. Some 40 bytes per case would show. */
const MAX_LEFT = 4 * MIB;

function heap(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const openFds = (): number => readdirSync('/proc/self/fd').length;

describe('a rendezvous among hostile peers', () => {
  const use = closing();
  const file = folder();

  it(`serves the others during ${CASES} generated cases, and each refusal has a code`, async function () {
    this.timeout(300_000);
    const receiver = use(new Receiver({ vectors: { tick: 1 } }));
    const rendezvous = receiver.listen(file('socket'), {
      requestsPerSecond: Infinity,
      maxConnections: 256,
      handshakeTimeout: 200,
    });
    const codes = new Map<string, number>();
    rendezvous.on('refusal', ({ code }) => codes.set(code, (codes.get(code) ?? 0) + 1));
    let letIn = 0;
    rendezvous.on('connection', () => letIn++);
    let ticks = 0;
    receiver.on('tick', () => ticks++);
    const fdsBefore = openFds();
    const before = process.memoryUsage.rss();
    const heapBefore = heap();

    const progress = { ended: false };
    const cases = Math.ceil(CASES / PROCESSES);
    const hostile = Array.from({ length: PROCESSES }, (_, seed) =>
      spawn('python3', [python('hostile_peer'), file('socket'), String(cases), String(seed)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const exits = Promise.all(hostile.map((child) => once(child, 'exit'))).then((all) => {
      progress.ended = true;
      return all;
    });

    let served = 0;
    let mostFds = 0;
    let mostMemory = 0;
    while (!progress.ended) {
      // Pauses while all places are taken.
      const friend = await connect(file('socket'), { vectors: ['tick'], maxDelay: 50 });
      const sent = ticks;
      friend.send('tick');
      await settles(() => {
        assert.ok(ticks > sent);
      });
      friend.close();
      served++;
      mostFds = Math.max(mostFds, openFds());
      if (served % 16 === 0) {
        collect();
        mostMemory = Math.max(mostMemory, process.memoryUsage.rss());
      }
    }
    assert.deepEqual(await exits, Array(PROCESSES).fill([0, null]));
    await settles(() => {
      // A peer that left before it was accepted is accepted all the same: every case counts.
      const refused = [...codes.values()].reduce((sum, count) => sum + count, 0);
      assert.ok(refused + letIn >= CASES + served, `${refused} refused, ${letIn} let in`);
      assert.equal(rendezvous.connections, 0);
      assert.ok(openFds() <= fdsBefore, `${openFds()} descriptors, ${fdsBefore} before`);
    });
    const left = heap() - heapBefore;
    assert.ok(left < MAX_LEFT, `${left} bytes are left`);
    assert.ok(served > 10, `served ${served}`);
    assert.ok(mostFds < fdsBefore + 256 * 3 + 64, `${mostFds} descriptors`);
    assert.ok(mostMemory - before < MAX_GROWTH, `${mostMemory - before} bytes`);
    for (const code of codes.keys()) assert.match(code, /^(ERR_UINTR_[A-Z_]+|E[A-Z]+)$/);
    for (const code of ['HANDSHAKE', 'VERSION', 'UNKNOWN_VECTOR', 'TOO_MANY_FDS', 'TIMEOUT']) {
      assert.ok(codes.has(`ERR_UINTR_${code}`), code);
    }
  });
});
