import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Capabilities } from 'uintr';
import type { Results } from '../../scripts/bench/results.js';
import { ABIS, boundMs, root, run, workshop } from '../support/testbed.js';

interface Row {
  readonly between: string;
  readonly what: string;
  readonly backend?: string;
  readonly roundTrips: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

interface Report {
  readonly backend: Capabilities['backend'];
  readonly systemCallsOfSend: number;
  readonly results: readonly Row[];
}

describe('the ping-pong example', function () {
  this.timeout(boundMs);
  workshop();

  for (const abi of ABIS) {
    it(`runs on the hardware backend in all modes: ${abi}`, async () => {
      const main = join(root, 'build/js/examples/ping-pong/main.js');
      const args = ['--backend', 'hardware', '--count', '500', '--json'];
      const result = await run(abi, [process.execPath, main, ...args]);
      assert.equal(result.code, 0, result.stderr);
      const { backend, systemCallsOfSend, results } = JSON.parse(result.stdout) as Report;
      assert.deepEqual([backend, systemCallsOfSend], ['hardware', 0]);
      const ours = results.filter((row) => row.backend !== undefined);
      assert.deepEqual(
        ours.map(({ between, what, backend: of }) => [between, what, of].join()),
        ['threads', 'processes'].flatMap((between) =>
          ['event loop', 'event loop, busy polling', 'waitSync'].map((what) =>
            [between, what, 'hardware'].join(),
          ),
        ),
      );
      for (const row of ours) {
        assert.equal(row.roundTrips, 500);
        assert.ok(row.p50Micros > 0 && row.p50Micros <= row.p99Micros, JSON.stringify(row));
      }
    });
  }
});

describe('the benchmark', function () {
  this.timeout(boundMs);
  const file = workshop();

  for (const abi of ABIS) {
    it(`measures both backends where there is hardware: ${abi}`, async () => {
      const main = join(root, 'build/js/scripts/bench/main.js');
      const json = file('results.json');
      const little = ['--quick', '-r', '1', '-n', '20', '--mode', 'one core', '--json', json];
      const args = [...little, '--only', 'uintr (waitSync|event loop)( \\(hardware\\))? \\('];
      const result = await run(abi, [process.execPath, main, ...args]);
      assert.equal(result.code, 0, result.stderr);
      const { machine, failures, pingPong } = JSON.parse(readFileSync(json, 'utf8')) as Results;
      assert.deepEqual([machine.backend, failures], ['hardware', []]);
      assert.deepEqual(
        pingPong.map(({ contestant, runs }) => [contestant, runs]),
        ['', ' (hardware)'].flatMap((of) =>
          ['event loop', 'waitSync', 'event loop', 'waitSync'].map((way) => [
            `uintr ${way}${of}`,
            1,
          ]),
        ),
      );
    });
  }
});
