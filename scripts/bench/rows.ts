// The rows of the ping-pong: medians over the runs, and ratios to other contestants.

import type { Class, Contestant } from './contestants.js';
import type { Mode } from './modes.js';
import { median, type Summary } from './statistics.js';

export interface Row extends Summary {
  readonly contestant: string;
  readonly class: Class;
  readonly ours: boolean;
  /** The number of vectors or ports, for fan-in only. */
  readonly vectors: number | undefined;
  readonly mode: Mode;
  readonly runs: number;
  /** The least and the greatest p50 of the runs. */
  readonly spread: readonly [number, number];
  /** p50 to the floor, the fastest in C in the same mode: the median of the ratios of paired runs. */
  readonly toFloor: number | undefined;
  /** The same ratio to the peer. */
  readonly toPeer: number | undefined;
  /** The fastest contestant of the same class, with as many vectors, that is not uintr. */
  readonly peer: string | undefined;
}

/** A contestant that has played in one mode. */
export interface Played {
  readonly contestant: Pick<Contestant, 'name' | 'class' | 'ours' | 'vectors'>;
  readonly mode: Mode;
  /** The runs by turn, so that runs of the same turn can be compared. */
  readonly runs: ReadonlyMap<number, Summary>;
}

export function rowOf(one: Played, all: readonly Played[]): Row {
  const { contestant, mode, runs } = one;
  const all50 = [...runs.values()].map((run) => run.p50);
  const of = (key: keyof Summary): number => median([...runs.values()].map((run) => run[key]));
  const rivals = all.filter((other) => other.mode === mode && !other.contestant.ours);
  const floor = fastest(rivals.filter((other) => other.contestant.class === 'C, processes'));
  const peer = fastest(
    rivals.filter(
      (other) =>
        other !== one &&
        other.contestant.class === contestant.class &&
        other.contestant.vectors === contestant.vectors,
    ),
  );
  return {
    contestant: contestant.name,
    class: contestant.class,
    ours: contestant.ours,
    vectors: contestant.vectors,
    mode,
    runs: runs.size,
    p50: of('p50'),
    p90: of('p90'),
    p99: of('p99'),
    max: of('max'),
    rate: of('rate'),
    spread: [Math.min(...all50), Math.max(...all50)],
    toFloor: floor && ratio(one, floor),
    toPeer: peer && ratio(one, peer),
    peer: peer?.contestant.name,
  };
}

function ratio(one: Played, other: Played): number | undefined {
  // All chunks of spinning runs that count were made under the same conditions: see chunks.ts.
  if (one.mode === 'spin') return p50Of(one) / p50Of(other);
  // Other runs of one turn were made within seconds of each other: both had the same noise.
  const ratios = [...one.runs].flatMap(([turn, run]) => {
    const others = other.runs.get(turn); // undefined where the other one failed in that turn
    return others === undefined ? [] : [run.p50 / others.p50];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

function p50Of({ runs }: Played): number {
  return median([...runs.values()].map((run) => run.p50));
}

function fastest(those: readonly Played[]): Played | undefined {
  return those.reduce<Played | undefined>(
    (best, one) => (best === undefined || p50Of(one) < p50Of(best) ? one : best),
    undefined,
  );
}
