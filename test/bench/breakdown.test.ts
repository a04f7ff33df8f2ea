import assert from 'node:assert/strict';
import { breakdownsText } from '../../scripts/bench/report/breakdown.js';
import type { BreakdownRow } from '../../scripts/bench/sections/breakdowns.js';
import { figureOf } from '../../scripts/bench/statistics.js';
import { resultsOf, row } from '../support/benchmark.js';

const breakdown = (backend: BreakdownRow['backend'], times: number): BreakdownRow => {
  const ns = (value: number): ReturnType<typeof figureOf> => figureOf([value * times]);
  const steps = {
    ...{ clock: ns(50), emptyCall: ns(10), send: ns(11), poll: ns(25) },
    ...{ sendAndPoll: ns(36), sendAndWaitSync: ns(50), delivery: ns(300) },
    ...{ emit: ns(10), call: ns(70), callback: ns(150) },
  };
  return { backend, steps };
};

/** The cells of each row. */
const cellsOf = (text: string): string[] =>
  text.split('\n').map((line) =>
    line
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim())
      .join('|'),
  );

describe('the breakdown', () => {
  const rows = [
    row('C shared cache line, spinning', 'C, processes', 'spin', 100),
    row('uintr waitSync', 'threads, blocking', 'spin', 190),
    row('uintr waitSync', 'threads, blocking', 'one core', 9000),
    row('uintr event loop', 'threads, event loop', 'spin', 400),
    row('uintr waitSync (hardware)', 'processes, blocking', 'spin', 380),
  ];
  const both = [breakdown('software', 1), breakdown('hardware', 2)];

  it('adds up to what was measured on the same backend', () => {
    const [software = [], hardware = []] = breakdownsText({ ...resultsOf(rows), breakdowns: both })
      .split('\n\n')
      .map(cellsOf);
    const sums = (cells: readonly string[]): string[] =>
      cells.filter((line) => line.includes('2 × ('));
    assert.deepEqual(sums(software), [
      'uintr waitSync, threads, blocking|2 × (send() and waitSync() + way)|200|190',
      'uintr event loop, threads, event loop|2 × (delivery + way)|700|400',
      'uintr event loop, threads, event loop|2 × (delivery - callback scope + way)|540|400',
    ]);
    assert.deepEqual(sums(hardware), [
      'uintr waitSync (hardware), processes, blocking|2 × (send() and waitSync() + way)|300|380',
    ]);
  });

  it('says what is left over, and what was measured and what is a difference', () => {
    const cells = cellsOf(breakdownsText({ ...resultsOf(rows), breakdowns: both.slice(0, 1) }));
    const find = (what: string): string | undefined => cells.find((line) => line.startsWith(what));
    assert.equal(find('send() and poll()'), 'send() and poll()|36.0|36.0 - 36.0|');
    // 300 - 11 - 10 - 70 - 80
    assert.match(find('what is left') ?? '', /\|129\.0\|\|difference of two measurements$/);
    assert.match(find("of it Node's callback scope") ?? '', /\|80\.0\|\|/);
    assert.match(find("a cache line's way") ?? '', /\|50\.0\|\|half of the C floor$/);
  });

  it('is empty where nothing was measured, and has no sums without a floor', () => {
    assert.equal(breakdownsText(resultsOf(rows)), '');
    const text = breakdownsText({ ...resultsOf(rows.slice(1)), breakdowns: both });
    assert.doesNotMatch(text, /2 × \(|a cache line's way/);
  });
});
