import assert from 'node:assert/strict';
import { join } from 'node:path';
import { root } from './testbed.js';

/** An example that runs from its source: JavaScript, and the C program beside it. */
export const source = (name: string): string => join(root, 'examples', name);

/** A compiled example. */
export const compiled = (name: string): string => join(root, 'build/js/examples', `${name}.js`);

/** Asserts that the output of ping-pong has all rows, with plausible figures. */
export function checkPingPong(output: string): void {
  const rows = [...output.matchAll(/^(threads|processes) +(\S.*\S) +([\d.]+) +([\d.]+)$/gm)];
  assert.deepEqual(
    rows.map(([, between, way]) => `${between} ${way}`),
    [
      ...['threads waitSync', 'threads event loop', 'threads MessagePort'],
      ...['processes waitSync', 'processes event loop', 'processes process.send'],
    ],
    output,
  );
  for (const [row, , , p50, p99] of rows) {
    assert.ok(Number(p50) > 0 && Number(p50) <= Number(p99), row);
  }
}
