import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { capabilities } from 'uintr';
import { boundMs } from './support/testbed.js';

const MAIN = path.join(__dirname, '../examples/ping-pong/main.js');

interface Report {
  readonly backend: string;
  readonly results: readonly {
    readonly between: string;
    readonly what: string;
    readonly backend?: string;
    readonly roundTrips: number;
    readonly p50Micros: number;
    readonly p99Micros: number;
    readonly toRival: number;
  }[];
}

function pingPong(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', timeout: boundMs });
}

describe('the ping-pong example, run by hand', function () {
  this.timeout(boundMs);

  it('measures each way of waiting, in threads and processes, beside what Node has', () => {
    const { status, stdout, stderr } = pingPong('--count', '300', '--json');
    assert.equal(status, 0, stderr);
    const { results } = JSON.parse(stdout) as Report;
    const ours = ['event loop', 'event loop, busy polling', 'waitSync'];
    assert.deepEqual(
      results
        .filter((row) => row.backend !== undefined)
        .map(({ between, what }) => [between, what]),
      ['threads', 'processes'].flatMap((between) => ours.map((what) => [between, what])),
    );
    assert.deepEqual(
      results.filter((row) => row.backend === undefined).map(({ what }) => what),
      ['MessagePort', 'process.send'],
    );
    for (const row of results) {
      assert.equal(row.roundTrips, 300);
      assert.ok(row.p50Micros > 0 && row.p50Micros <= row.p99Micros, JSON.stringify(row));
      assert.ok(row.toRival > 0, JSON.stringify(row));
    }
  });

  it('plays only what it is told to, and prints a table', () => {
    const { status, stdout, stderr } = pingPong(
      ...['--count', '100', '--mode', 'sync', '--between', 'threads'],
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /waitSync/);
    assert.match(stdout, /MessagePort/);
    assert.doesNotMatch(stdout, /busy polling|process\.send/);
  });

  it('helps, and refuses what it does not know', () => {
    const help = pingPong('--help');
    assert.equal(help.status, 0);
    for (const option of ['--count', '--mode', '--json']) assert.ok(help.stdout.includes(option));
    assert.notEqual(pingPong('--count', 'many').status, 0);
    assert.notEqual(pingPong('--mode', 'sideways').status, 0);
  });

  it('says why there is no hardware', () => {
    const { reason } = capabilities();
    const { status, stderr } = pingPong('--backend', 'hardware', '--count', '10');
    assert.notEqual(status, 0);
    assert.ok(stderr.includes(reason), stderr);
  });
});
