// The results of the benchmark, as --json writes them.

import type { Sides } from './chunks.js';
import type { Machine } from './machine.js';
import type { Row } from './rows.js';
import type { Failure } from './section.js';
import type { BreakdownRow } from './sections/breakdowns.js';
import type { FloodRow } from './sections/floods.js';
import type { IdleRow } from './sections/idles.js';
import type { PairsRow } from './sections/pairs.js';
import type { ReceiversRow } from './sections/receivers.js';
import type { SendCostsRow } from './sections/send-costs.js';

/** Everything that was measured. Times are nanoseconds. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly repeats: number;
  readonly rounds: number;
  /** Where the CPUs were in the spinning runs. */
  readonly sides?: Sides;
  readonly pingPong: readonly Row[];
  readonly fanIn: readonly Row[];
  readonly failures: readonly Failure[];
  readonly sendCosts: readonly SendCostsRow[];
  readonly breakdowns: readonly BreakdownRow[];
  readonly receivers: readonly ReceiversRow[];
  readonly floods: readonly FloodRow[];
  readonly pairs: readonly PairsRow[];
  readonly idles: readonly IdleRow[];
  readonly bounds: readonly Bound[];
}

/** A bound that the project sets itself, and whether it is met. */
export interface Bound {
  readonly what: string;
  readonly is: 'at most' | 'at least';
  readonly limit: number;
  readonly unit: 'ns' | '×';
  readonly measured: number;
  readonly met: boolean;
}
