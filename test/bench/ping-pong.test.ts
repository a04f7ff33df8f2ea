import assert from 'node:assert/strict';
import type { Contestant } from '../../scripts/bench/contestants.js';
import { entriesOf, pingPong } from '../../scripts/bench/ping-pong.js';
import type { Failure } from '../../scripts/bench/section.js';

const plan = { rounds: 4, cpus: { first: 0, other: 0 } };

/** A contestant that claims the same time for each of its rounds. */
function contestant(name: string, nanoseconds: number): Contestant {
  return {
    name,
    class: 'threads, blocking',
    ours: false,
    modes: ['one core', 'two cores'],
    command: ({ rounds, warmUp }) => {
      const all = `new Float64Array(${warmUp + rounds}).fill(${nanoseconds})`;
      return [process.execPath, '-e', `process.stdout.write(new Uint8Array(${all}.buffer))`];
    },
  };
}

describe('the ping-pong of the benchmark', () => {
  it('plays every contestant once before any plays again, and goes on without one that fails', async () => {
    let failing = 0;
    const fails: Contestant = {
      ...contestant('fails', 0),
      command: () => {
        ++failing;
        return [process.execPath, '-e', 'process.exit(1)'];
      },
    };
    const players = [contestant('slow', 500), fails, contestant('fast', 100)];
    const asked: string[] = [];
    const failures: Failure[] = [];
    const { rows, sides } = await pingPong(entriesOf(players, ['one core']), plan).measure(2, {
      onRun: (what) => asked.push(what),
      onFailure: (failure) => failures.push(failure),
    });
    const once = ['slow', 'fails', 'fast'].map((name) => `one core: ${name} (threads, blocking)`);
    assert.deepEqual(asked, [...once, ...once]);
    assert.deepEqual(
      rows.map((row) => [row.contestant, row.runs, row.p50]),
      [
        ['slow', 2, 500],
        ['fast', 2, 100],
      ],
    );
    assert.equal(sides, undefined);
    assert.deepEqual([failures.map(({ what }) => what), failing], [['fails (one core)'], 1]);
  });
});
