import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Mode } from '../../scripts/bench/modes.js';
import { chart } from '../../scripts/bench/report/chart.js';
import type { Row } from '../../scripts/bench/rows.js';
import { resultsOf, row as anyRow } from '../support/benchmark.js';

const row = (contestant: string, mode: Mode, p50: number): Row =>
  anyRow(contestant, contestant.startsWith('C ') ? 'C, processes' : 'threads, blocking', mode, p50);

/** The text of each element of an XML document. Throws if it is not well-formed. */
function textsOf(xml: string): string[] {
  const script =
    'import json, sys, xml.etree.ElementTree as tree\n' +
    'print(json.dumps([each.text for each in tree.parse(sys.stdin.buffer).iter() if each.text]))';
  return JSON.parse(
    execFileSync('python3', ['-c', script], { input: xml, encoding: 'utf8' }),
  ) as string[];
}

/** The horizontal positions of the contestants' dots, in the order of the document. */
function dotsOf(svg: string): number[] {
  const rows = svg.matchAll(/<path d="M[^"]*H[^"]*"\/><circle cx="([^"]*)"/g);
  return [...rows].map(([, x]) => Number(x));
}

describe('the chart', () => {
  it('is well-formed and has every contestant under its mode', async () => {
    const rows = [
      row('uintr waitSync', 'spin', 200),
      row('C <shared> & spinning', 'spin', 100),
      row('Atomics.wait', 'one core', 5000),
    ];
    const texts = textsOf(await chart(resultsOf(rows)));
    const places = [
      'Two cores, nobody sleeps',
      'C <shared> & spinning', // the fastest first
      'uintr waitSync, threads',
      'One core, both sides sleep',
      'Atomics.wait, threads',
    ].map((text) => texts.indexOf(text));
    assert.ok(!places.includes(-1), JSON.stringify(texts));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(!texts.some((text) => text.startsWith('Two cores, both')), 'a panel with nobody');
    assert.ok(texts.some((text) => text.includes('A CPU & <more>')));
  });

  it('says where the CPUs were, if the host moved them', async () => {
    const sides = {
      counted: 'near',
      floors: [100, 400],
      border: 200,
      chunks: 9,
      leftOut: 3,
    } as const;
    const rows = [row('uintr', 'spin', 200), row('uintr', 'one core', 9000)];
    const texts = textsOf(await chart({ ...resultsOf(rows), sides }));
    assert.ok(texts.includes('Two cores, nobody sleeps, the CPUs near'), JSON.stringify(texts));
    assert.ok(texts.includes('One core, both sides sleep'), JSON.stringify(texts));
  });

  it('has one logarithmic scale: equal ratios are equal distances', async () => {
    const rows = [100, 1000, 10_000, 100_000].map((p50) => row(`uintr ${p50}`, 'one core', p50));
    const [a = NaN, b = NaN, c = NaN, d = NaN, other = NaN] = dotsOf(
      await chart(resultsOf([...rows, row('uintr', 'two cores', 1000)])),
    );
    assert.ok(a < b && b < c && c < d, [a, b, c, d].join(' '));
    for (const distance of [c - b, d - c]) {
      assert.ok(Math.abs(distance - (b - a)) < 0.3, [a, b, c, d].join(' ')); // the positions are rounded
    }
    assert.equal(other, b);
  });
});
