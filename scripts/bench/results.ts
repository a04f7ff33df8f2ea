import type { Sides } from './chunks.js';
import type { PairsRow } from './costs.js';
import type { Machine } from './machine.js';
import type { Breakdown } from './node/breakdown.js';
import type { Flood } from './node/flood.js';
import type { Idle } from './node/idle.js';
import type { Receivers } from './node/receivers.js';
import type { SendCosts } from './node/send-cost.js';
import type { Failure } from './ping-pong.js';
import type { Row } from './rows.js';

/** Everything that was measured, as --json writes it. Times are nanoseconds. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly repeats: number;
  readonly rounds: number;
  readonly pingPong: readonly Row[];
  /** Where the CPUs were in the runs of the ping-pong that spun. */
  readonly sides?: Sides;
  readonly failures: readonly Failure[];
  readonly sendCosts?: SendCosts;
  readonly floods?: readonly Flood[];
  readonly fanIn?: readonly Row[];
  readonly receivers?: readonly Receivers[];
  readonly breakdown?: Breakdown;
  readonly idle?: readonly Idle[];
  readonly pairs?: readonly PairsRow[];
  readonly bounds: readonly Bound[];
}

/** A promise of the project and what came of it. */
export interface Bound {
  readonly what: string;
  readonly is: 'at most' | 'at least';
  readonly limit: number;
  readonly unit: 'ns' | '×';
  readonly measured: number;
  readonly met: boolean;
}
