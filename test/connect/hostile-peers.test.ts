import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Outcome } from '../fixtures/hostile-service.js';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { fixture } from '../support/remote.js';

/** Fewer cases under the testbed, which is there for the other backend and slows everything down. */
const CASES = process.env['UINTR_BACKEND'] === 'hardware' ? 5_000 : 100_000;
const PROCESSES = 2;
const MIB = 1024 * 1024;
/** Growth of the process, just after a garbage collection. V8 may be lazy, so this is generous. */
const MAX_GROWTH = 192 * MIB;
/** Growth of the heap after a garbage collection. Some 40 bytes per case would show. */
const MAX_LEFT = 4 * MIB;

describe('a rendezvous among hostile peers', () => {
  const started = children();
  const file = folder();

  it(`serves the others during ${CASES} generated cases, and each refusal has a code`, async function () {
    const args = [file('.'), String(CASES / PROCESSES), String(PROCESSES)];
    const service = started(
      spawn(process.execPath, [fixture('hostile-service'), ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const [printed, exit] = await Promise.all([text(service.stdout), once(service, 'exit')]);
    assert.deepEqual(exit, [0, null]);
    const { exits, codes, letIn, served, connections, fds, heapLeft, mostGrowth } = JSON.parse(
      printed,
    ) as Outcome;
    assert.deepEqual(exits, Array(PROCESSES).fill([0, null]));
    const refused = Object.values(codes).reduce((sum, count) => sum + count, 0);
    assert.ok(refused + letIn >= CASES + served, `${refused} refused, ${letIn} let in`);
    assert.equal(connections, 0);
    assert.ok(fds.left <= fds.before, `${fds.left} descriptors, ${fds.before} before`);
    assert.ok(heapLeft < MAX_LEFT, `${heapLeft} bytes are left`);
    assert.ok(served > 10, `served ${served}`);
    assert.ok(fds.most < fds.before + 256 * 3 + 64, `${fds.most} descriptors`);
    assert.ok(mostGrowth < MAX_GROWTH, `${mostGrowth} bytes`);
    for (const code of Object.keys(codes)) assert.match(code, /^(ERR_UINTR_[A-Z_]+|E[A-Z]+)$/);
    for (const code of ['HANDSHAKE', 'VERSION', 'UNKNOWN_VECTOR', 'TIMEOUT']) {
      assert.ok(codes[`ERR_UINTR_${code}`] !== undefined, code);
    }
  });
});
