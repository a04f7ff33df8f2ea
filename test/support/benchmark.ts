import type { Mode } from '../../scripts/bench/modes.js';
import type { Results } from '../../scripts/bench/results.js';
import type { Row } from '../../scripts/bench/rows.js';

/** A row of the benchmark with invented figures. */
export function row(
  contestant: string,
  kind: Row['class'],
  mode: Mode,
  p50: number,
  toFloor?: number,
): Row {
  return {
    contestant,
    class: kind,
    ours: contestant.startsWith('uintr'),
    vectors: undefined,
    mode,
    runs: 1,
    p50,
    p90: 2 * p50,
    p99: 3 * p50,
    max: 4 * p50,
    rate: 1e9 / p50,
    spread: [p50, p50],
    toFloor,
    toPeer: undefined,
    peer: undefined,
  };
}

/** The results of a benchmark that has measured nothing else. */
export function resultsOf(pingPong: readonly Row[]): Results {
  return {
    date: '',
    machine: {
      cpu: 'A CPU & <more>',
      cores: 2,
      hypervisor: 'bare metal',
      kernel: '6.0',
      node: 'v20',
      compiler: 'cc',
      pinning: { first: 0, other: 1 },
      backend: 'software',
      reason: '',
      loadAverage: 0,
    },
    repeats: 1,
    rounds: 1,
    pingPong,
    fanIn: [],
    failures: [],
    sendCosts: [],
    breakdowns: [],
    receivers: [],
    floods: [],
    pairs: [],
    idles: [],
    bounds: [],
  };
}
