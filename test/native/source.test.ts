import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { folder } from '../support/addresses.js';
import { compileCpp } from '../support/cpp.js';
import { PATIENCE_MS } from '../support/patience.js';
import { root } from '../support/testbed.js';

const CORE = ['receiver', 'shared_page', 'source', 'vector_fd', 'wait_sync'].map(
  (name) => `core/${name}.cc`,
);
const OS = ['closer', 'eventfd', 'futex', 'shared_memory', 'unix_socket'].map(
  (name) => `os/${name}.cc`,
);
const BELOW = [...CORE, ...OS, 'backends/software/software_backend.cc', 'cpu/waitpkg.cc'];
const LOOP = ['deliveries', 'event_loop', 'inlet_watch', 'js_callback'].map(
  (name) => `loop/${name}.cc`,
);

/** Drives the addon of source-loop.cc, whose path is its first argument. Prints what it saw. */
const PROGRAM = `
  const fs = require('node:fs');
  const { Worker } = require('node:worker_threads');
  const [addon, busyPollMicros] = process.argv.slice(1);
  const self = {};
  let heard;
  const fixture = require(addon).open(self, () => {
    for (let vector = fixture.next(); vector !== -1; vector = fixture.next()) heard?.(vector);
  }, Number(busyPollMicros));
  const next = (begin) => new Promise((resolve) => { heard = resolve; begin(); });
  const one = new BigUint64Array([1n]);
  // From another thread, once this one may sleep.
  const signalLater = () => new Worker(
    'const { fd } = require("node:worker_threads").workerData;' +
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);' +
    'require("node:fs").writeSync(fd, new BigUint64Array([1n]));',
    { eval: true, workerData: { fd: fixture.eventfd } });
  async function main() {
    const seen = [];
    // Raised from a timer, a microtask and the callback itself.
    seen.push(await next(() => setTimeout(() => fixture.raise(3), 5)));
    seen.push(await next(() => queueMicrotask(() => fixture.raise(4))));
    seen.push(await next(() => {
      const outer = heard;
      heard = () => { heard = outer; fixture.raise(6); };
      fixture.raise(5);
    }));
    fixture.addSource();
    for (let i = 0; i < 20; ++i) seen.push(await next(() => fs.writeSync(fixture.eventfd, one)));
    // At least 3 times, and until this thread has slept through one: on a busy machine the signal
    // can come before it sleeps.
    const deadline = Date.now() + 60_000;
    const wakeUps = fixture.wakeUps();
    const woken = () => fixture.wakeUps() - wakeUps;
    const late = [];
    while (late.length < 3 || (woken() === 0 && Date.now() < deadline)) {
      late.push(await next(signalLater));
    }
    // A source that has told falls silent.
    const sleeps = fixture.sleeps();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const idle = fixture.sleeps() - sleeps;
    fixture.removeSource();
    heard = () => seen.push('after removal');
    fs.writeSync(fixture.eventfd, one);
    await new Promise((resolve) => setTimeout(resolve, 50));
    fixture.close();
    process.stdout.write(JSON.stringify({ seen, late, woken: woken(), idle }));
  }
  void main();
`;

describe('what raises a vector without a sender', function () {
  const built = folder('all');
  const native = (file: string): string => join(root, 'native', file);

  function compile(output: string, program: string, ...more: readonly string[]): void {
    const source = join(root, 'test/native', program);
    const { status, stderr } = compileCpp(source, output, `-I${native('.')}`, ...more);
    assert.equal(status, 0, stderr);
  }

  it('is taken by poll and waitSync, asleep and spinning', () => {
    compile(built('source'), 'source.cc', ...BELOW.map(native));
    const { status, signal, stderr } = spawnSync(built('source'), {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    assert.deepEqual({ status, signal, stderr }, { status: 0, signal: null, stderr: '' });
  });

  it('is taken by the event loop, asleep and spinning', () => {
    const { include_dir: addonApi } = createRequire(__filename)('node-addon-api') as {
      include_dir: string;
    };
    const addon = built('source-loop.node');
    compile(
      addon,
      'source-loop.cc',
      ...['-shared', '-fPIC', '-fvisibility=hidden', '-Wno-cast-function-type'],
      ...['-DNAPI_VERSION=8', '-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL'],
      ...[`-I${addonApi}`, `-I${join(dirname(process.execPath), '../include/node')}`],
      ...[...BELOW, ...LOOP].map(native),
    );
    for (const busyPollMicros of ['0', '100']) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--eval', PROGRAM, addon, busyPollMicros],
        { encoding: 'utf8', timeout: PATIENCE_MS },
      );
      assert.equal(status, 0, stderr);
      const { seen, late, woken, idle } = JSON.parse(stdout) as {
        seen: unknown[];
        late: unknown[];
        woken: number;
        idle: number;
      };
      assert.deepEqual(seen, [3, 4, 6, ...Array<number>(20).fill(9)]);
      assert.deepEqual(new Set(late), new Set([9]));
      assert.ok(woken > 0, 'a source has ended no sleep');
      assert.ok(idle < 50, `${idle} sleeps in 200 ms with nothing to do`);
    }
  });
});
