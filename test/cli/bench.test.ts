import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Results } from '../../scripts/bench/results.js';
import { folder } from '../support/addresses.js';
import { uintr } from '../support/command.js';

const least = ['--quick', '-r', '1', '-n', '100'];
const software = { UINTR_BACKEND: 'software' };

/** Matches all contestants of the ping-pong, and nothing else. */
const PLAYERS = '\\((C|threads|processes), ';

/** A CPU that this process may run on. */
function anyCpu(): string {
  const status = readFileSync('/proc/self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? '0';
}

describe('uintr bench', function () {
  const inside = folder();

  /** Measures as little as possible and asserts success. Returns the output and the written results. */
  async function measure(
    args: readonly string[],
    options: Parameters<typeof uintr>[1] = {},
  ): Promise<{ stdout: string; results: Results }> {
    const json = inside('results.json');
    const { stdout, stderr, code } = await uintr(['bench', ...least, '--json', json, ...args], {
      ...options,
      env: { ...software, ...options.env },
    });
    assert.deepEqual([code, stderr], [0, '']);
    return { stdout, results: JSON.parse(readFileSync(json, 'utf8')) as Results };
  }

  const of = (section: string): readonly string[] => ['--mode', 'one core', '--only', section];

  it('measures uintr beside another doorbell', async () => {
    const { stdout, results } = await measure(of('uintr event loop|MessagePort'));
    assert.match(stdout, /> uintr event loop\b.*threads/);
    assert.match(stdout, /^│ +MessagePort /m);
    const ours = results.pingPong.find(({ contestant }) => contestant === 'uintr event loop');
    assert.ok(ours);
    assert.deepEqual([ours.mode, ours.runs, ours.peer], ['one core', 1, 'MessagePort']);
    assert.ok(ours.p50 > 0 && ours.p50 <= ours.p99 && ours.p99 <= ours.max, JSON.stringify(ours));
    assert.equal(ours.toFloor, undefined);
  });

  it('prints the machine, the pinning and the backend, and writes them', async () => {
    const { stdout, results } = await measure(of('C pipe'));
    const { machine, rounds, repeats } = results;
    assert.deepEqual([rounds, repeats, machine.backend], [100, 1, 'software']);
    assert.equal(machine.node, process.version);
    for (const fact of [machine.cpu, machine.kernel, machine.node, 'Backend: software', 'Pinned']) {
      assert.ok(stdout.includes(fact), fact);
    }
    assert.equal(results.pingPong[0]?.toFloor, 1);
  });

  it('spins, and says which chunks count', async function () {
    if (availableParallelism() < 2) this.skip(); // it pins its two sides to a core each
    const { stdout, results } = await measure(['--mode', 'spin', '--only', PLAYERS]);
    assert.ok(results.sides);
    assert.equal(results.sides.chunks, 3 * 9 * 10);
    const { counted, leftOut } = results.sides;
    assert.equal(leftOut === 0, counted === 'all');
    const said =
      counted === 'all' ? /^The floor was .*everything counts\.$/m : /chunks are left out\.$/m;
    assert.match(stdout, said);
    // Where the host has moved the CPUs, a contestant may have no chunk that counts.
    const played = results.pingPong.map(({ contestant }) => contestant);
    const without = results.failures.map(({ what }) => what.replace(' (spin)', ''));
    assert.deepEqual([...played, ...without].sort(), [
      'Atomics, spinning',
      'C shared cache line, spinning',
      'receiveMessageOnPort, polled',
      'uintr event loop',
      'uintr event loop',
      'uintr event loop, bursts',
      'uintr event loop, bursts',
      'uintr waitSync',
      'uintr waitSync',
    ]);
    for (const { reason } of results.failures) {
      assert.match(reason, /^the CPUs were never (apart|near) in its runs$/);
    }
  });

  it('spins without measuring the floor where there is no compiler', async function () {
    if (availableParallelism() < 2) this.skip(); // it pins its two sides to a core each
    const env = { CC: 'there-is-no-such-compiler' };
    const only = 'shared cache line|uintr waitSync \\(threads';
    const { results } = await measure(['--mode', 'spin', '--only', only], { env });
    assert.equal(results.sides, undefined);
    assert.deepEqual(
      results.pingPong.map(({ contestant, runs }) => [contestant, runs]),
      [['uintr waitSync', 3]],
    );
  });

  it('plays each of the doorbells that it names', async () => {
    const { results } = await measure(of(PLAYERS));
    assert.deepEqual(results.failures, []);
    assert.deepEqual(
      results.pingPong.map((row) => `${row.contestant} (${row.class})`),
      [
        ...[
          ...['futex', 'eventfd', 'pipe', 'FIFO', 'signal', 'Unix stream socket'],
          ...['Unix datagram socket', 'POSIX message queue', 'TCP loopback', 'libuv event loop'],
        ].map((name) => `C ${name} (C, processes)`),
        'Atomics.wait (threads, blocking)',
        ...['Atomics.waitAsync', 'MessagePort', 'BroadcastChannel', 'zeromq inproc'].map(
          (name) => `${name} (threads, event loop)`,
        ),
        'FIFO by fs (processes, blocking)',
        ...['process.send json', 'process.send advanced', 'net Unix socket', 'zeromq ipc'].map(
          (name) => `${name} (processes, event loop)`,
        ),
        ...['threads', 'processes'].flatMap((sides) => [
          `uintr event loop (${sides}, event loop)`,
          `uintr waitSync (${sides}, blocking)`,
          `uintr event loop, default (${sides}, event loop)`,
          `uintr waitSync, default (${sides}, blocking)`,
        ]),
      ],
    );
  });

  it('crosses cores', async function () {
    if (availableParallelism() < 2) this.skip(); // it pins its two sides to a core each
    const only = 'C futex|Atomics.wait \\(|uintr waitSync(, default)? \\(threads';
    const { results } = await measure(['--mode', 'two cores', '--only', only]);
    assert.deepEqual(
      results.pingPong.map(({ contestant, mode, peer }) => [contestant, mode, peer]),
      [
        ['C futex', 'two cores', undefined],
        ['Atomics.wait', 'two cores', undefined],
        ['uintr waitSync', 'two cores', 'Atomics.wait'],
        ['uintr waitSync, default', 'two cores', 'Atomics.wait'],
      ],
    );
  });

  it('leaves out what is written in C, and says so, where there is no compiler', async () => {
    const env = { CC: 'there-is-no-such-compiler' };
    const { stdout } = await measure(of('uintr event loop|C futex'), { env });
    assert.match(stdout, /> uintr event loop\b/);
    assert.match(stdout, /^Left out, no C compiler.*: C futex/m);
  });

  it('measures one send(), and judges it', async () => {
    const { stdout, results } = await measure(of('^send\\(\\)$'));
    assert.match(stdout, /^One send\(\)/m);
    assert.match(stdout, /^│ send\(\) to an awake receiver /m);
    const [{ costs } = { costs: undefined }] = results.sendCosts;
    assert.ok(costs);
    assert.ok(costs.awake.median < costs.waitSyncOneCore.median, 'a wake-up costs nothing');
    const { first, other } = results.machine.pinning;
    assert.equal(costs.waitSyncTwoCores !== undefined, first !== other);
    assert.equal(results.bounds[0]?.measured, costs.awake.median);
  });

  it('measures the steps of a round trip', async () => {
    const { stdout, results } = await measure(of('^breakdown$'));
    assert.match(stdout, /^Breakdown of a round trip/m);
    const [{ steps } = { steps: undefined }] = results.breakdowns;
    assert.ok(steps);
    assert.ok(steps.delivery.median > steps.send.median);
    assert.ok(steps.sendAndPoll.median > steps.send.median);
  });

  it('measures fan-in beside as many ports', async () => {
    const { stdout, results } = await measure(of('^fan-in$'));
    assert.match(stdout, /^Fan-in.*one core/m);
    assert.deepEqual(results.pingPong, []);
    for (const vectors of [1, 8, 64]) {
      const rows = results.fanIn.filter((row) => row.vectors === vectors);
      assert.deepEqual(
        rows.map(({ contestant, peer }) => [contestant, peer]),
        [
          [`MessagePort, ports: ${vectors}`, undefined],
          [`uintr event loop, vectors: ${vectors}`, `MessagePort, ports: ${vectors}`],
          [`uintr waitSync, vectors: ${vectors}`, undefined],
        ],
      );
    }
  });

  it('measures many receivers, and draws no chart of them', async () => {
    const json = inside('results.json');
    const svg = inside('chart.svg');
    const args = ['bench', ...least, ...of('^receivers$'), '--json', json, '--svg', svg];
    const { stdout, stderr, code } = await uintr(args, { env: software });
    assert.equal(code, 0);
    assert.match(stdout, /^One thread posts to many/m);
    const { receivers } = JSON.parse(readFileSync(json, 'utf8')) as Results;
    assert.deepEqual(
      receivers.map((row) => row.receivers),
      [1, 8],
    );
    for (const { uintr: ours, messagePort, toMessagePort } of receivers) {
      assert.equal(toMessagePort, ours.median / messagePort.median);
    }
    assert.ok(stderr.includes(svg), stderr);
    assert.equal(existsSync(svg), false);
  });

  it('measures floods beside messages, which do not coalesce', async () => {
    const { stdout, results } = await measure(of('^flood$'));
    assert.match(stdout, /^Flood: .*/m);
    assert.deepEqual(
      results.floods.map(({ senders, contestant }) => [senders, contestant]),
      [1, 4].flatMap((senders) => [
        [senders, 'MessagePort'],
        [senders, 'uintr'],
      ]),
    );
    for (const { contestant, flood, toMessagePort } of results.floods) {
      assert.ok(flood.deliveriesPerSecond.least > 0, contestant);
      assert.ok((toMessagePort ?? 0) > 0, contestant);
      if (contestant === 'MessagePort') assert.equal(flood.coalesced, undefined);
      else assert.ok(flood.postsPerSecond.median > flood.deliveriesPerSecond.median);
    }
  });

  it('measures pairs on two CPUs, pinned apart, and on one CPU', async function () {
    if (availableParallelism() < 2) this.skip(); // it pins its two sides to a core each
    const { results } = await measure(['--only', '^pairs$']);
    assert.deepEqual(results.failures, []);
    assert.deepEqual(
      results.pairs.map(({ way, pairs, cpus }) => [way, pairs, cpus]),
      ['event loop', 'waitSync'].flatMap((way) => [
        [way, 2, 2],
        [way, 2, 'apart'],
        [way, 2, 1],
      ]),
    );
    for (const { by, autoToBest } of results.pairs) {
      const [zero] = by;
      assert.equal(zero?.busyPollMicros, 0);
      assert.ok(autoToBest > 0);
      assert.ok(zero.sleeps.median > 0, 'nobody slept');
      assert.equal(zero.spinsPaid.median + zero.spinsVain.median, 0);
    }
  });

  it('measures idle processes, with a receiver and without', async () => {
    const { stdout, results } = await measure(of('^idle$'));
    assert.match(stdout, /^CPU time of a process/m);
    const counts = results.idles.map(({ busyPollMicros, everyMs, stats }) => [
      busyPollMicros,
      everyMs,
      stats === undefined ? undefined : stats.deliveries.median > 0,
    ]);
    assert.deepEqual(counts, [
      [undefined, undefined, undefined],
      ...[0, 50, 'auto'].map((micros) => [micros, undefined, false]),
      ...[0, 50, 'auto'].map((micros) => [micros, 10, true]),
    ]);
  });

  it('leaves out what needs two CPUs where there is one, and says so', async () => {
    const by = ['taskset', '-c', anyCpu()];
    const { stdout, results } = await measure(
      ['--only', '^(send\\(\\)|pairs)$|shared cache line'],
      {
        by,
      },
    );
    assert.match(stdout, /Pinned to CPU \d+, the only one/);
    assert.doesNotMatch(stdout, /two cores|other core/);
    const costs = results.sendCosts[0]?.costs;
    assert.deepEqual(Object.keys(costs ?? {}).sort(), [
      'awake',
      'emptyCall',
      'eventLoopOneCore',
      'waitSyncOneCore',
    ]);
    assert.deepEqual(results.pingPong, []);
    assert.deepEqual(
      results.pairs.map(({ way, cpus }) => [way, cpus]),
      [
        ['event loop', 1],
        ['waitSync', 1],
      ],
    );
    for (const { by: made, autoToBest } of results.pairs) {
      const rates = made.map(({ rate }) => rate.median);
      assert.equal(autoToBest, (rates[2] ?? NaN) / Math.max(rates[0] ?? NaN, rates[1] ?? NaN));
    }
  });

  it('complains where nothing matches', async () => {
    const { stdout, stderr, code } = await uintr(['bench', '--only', 'no such doorbell']);
    assert.deepEqual([stdout, code], ['', 64]);
    assert.match(stderr, /^Nothing that can be measured here matches\.$/m);
  });

  it('writes a chart', async () => {
    const svg = inside('chart.svg');
    await measure([...of('C pipe|uintr waitSync \\(threads'), '--svg', svg]);
    const text = readFileSync(svg, 'utf8');
    assert.match(text, /^<svg .*<\/svg>\n$/s);
    for (const row of ['>C pipe<', '>uintr waitSync, threads<']) assert.ok(text.includes(row), row);
  });
});
