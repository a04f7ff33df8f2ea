import assert from 'node:assert/strict';
import type { Idle, IdleSettings } from '../../scripts/bench/node/idle.js';
import { type Failure, section } from '../../scripts/bench/section.js';

const settings: IdleSettings = { backend: 'software', milliseconds: 1 };
const NO_SUCH_CPU = 100_000;

describe('a section of the benchmark', () => {
  it('asks in alternating order, and goes on without a question that fails', async () => {
    const asked: string[] = [];
    const failures: Failure[] = [];
    const questions = [
      { settings, what: 'fails', cpus: [NO_SUCH_CPU] },
      { settings, what: 'idles' },
    ];
    const idling = section<IdleSettings, Idle, [string, number][]>('idle', questions, (answered) =>
      answered.map(({ what, answers }) => [what, answers.filter(({ cpu }) => cpu > 0).length]),
    );
    const results = await idling.measure(2, {
      onRun: (what) => asked.push(what),
      onFailure: (failure) => failures.push(failure),
    });
    assert.equal(idling.runs, 2);
    assert.deepEqual(asked, ['fails', 'idles', 'idles', 'fails']);
    assert.deepEqual(results, [['idles', 2]]);
    assert.deepEqual(
      failures.map(({ what }) => what),
      ['fails'],
    );
    assert.match(failures[0]?.reason ?? '', /taskset/);
  });
});
