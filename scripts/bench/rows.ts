import type { Class, Contestant } from './contestants.js';
import type { Mode } from './modes.js';
import { median, type Summary } from './statistics.js';

export interface Row extends Summary {
  readonly contestant: string;
  readonly class: Class;
  readonly ours: boolean;
  /** For fan-in only. */
  readonly vectors: number | undefined;
  readonly mode: Mode;
  readonly runs: number;
  /** The least and the greatest p50 of the runs. */
  readonly spread: readonly [number, number];
  /** To the fastest in C in the same mode: the median of the ratios of runs side by side. */
  readonly toFloor: number | undefined;
  /** Likewise to the fastest of its class, with as many vectors, that is not ours. */
  readonly toPeer: number | undefined;
  readonly peer: string | undefined;
}

/** Somebody who has played in one mode. */
export interface Played {
  readonly contestant: Pick<Contestant, 'name' | 'class' | 'ours' | 'vectors'>;
  readonly mode: Mode;
  /** By turn, so that runs made side by side can be compared. */
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
  // Spinning runs were chosen for the same conditions: see chunks.ts.
  if (one.mode === 'spin') return p50Of(one) / p50Of(other);
  // Others of one turn were made within seconds of each other: the noise was the same for both.
  const ratios = [...one.runs].flatMap(([turn, run]) => {
    const others = other.runs.get(turn); // none in a turn in which one of the two has failed
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
