import type { Class, Contestant } from './contestants.js';
import { type Cpus, cpusOf, type Mode, MODES } from './modes.js';
import { runForTimes } from './run.js';
import { median, summarize, type Summary } from './statistics.js';

export interface Row extends Summary {
  readonly contestant: string;
  readonly class: Class;
  readonly ours: boolean;
  readonly mode: Mode;
  readonly runs: number;
  /** The least and the greatest p50 of the runs. */
  readonly spread: readonly [number, number];
  /** To the fastest in C in the same mode: the median of the ratios of runs side by side. */
  readonly toFloor: number | undefined;
  /** Likewise to the fastest of its class in the same mode that is not ours. */
  readonly toPeer: number | undefined;
  readonly peer: string | undefined;
}

export interface Failure {
  readonly contestant: string;
  readonly mode: Mode;
  readonly reason: string;
}

export interface Plan {
  readonly repeats: number;
  /** Of a run, for a contestant that sleeps; one that spins is faster and makes more. */
  readonly rounds: number;
  readonly cpus: Cpus;
}

const SPINNING_ROUNDS_TIMES = 20;
const WARM_UP_PART = 4;

export interface Entry {
  readonly contestant: Contestant;
  readonly mode: Mode;
  readonly runs: Summary[];
}

export function entriesOf(contestants: readonly Contestant[], modes: readonly Mode[]): Entry[] {
  return MODES.filter((mode) => modes.includes(mode)).flatMap((mode) =>
    contestants
      .filter((contestant) => contestant.modes.includes(mode))
      .map((contestant) => ({ contestant, mode, runs: [] })),
  );
}

/** Every contestant plays once before any plays again, so that the noise of a moment hits all. */
export async function pingPong(
  entries: readonly Entry[],
  plan: Plan,
  onRun: (what: string) => void,
): Promise<{ rows: Row[]; failures: Failure[] }> {
  const failures = new Map<Entry, Failure>();
  for (let repeat = 0; repeat < plan.repeats; ++repeat) {
    for (const entry of entries) {
      const { contestant, mode } = entry;
      onRun(`${mode}: ${contestant.name} (${contestant.class})`);
      if (failures.has(entry)) continue;
      try {
        entry.runs.push(summarize(await play(contestant, mode, plan)));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.set(entry, { contestant: contestant.name, mode, reason });
      }
    }
  }
  const played = entries.filter((entry) => entry.runs.length > 0);
  return { rows: played.map((entry) => rowOf(entry, played)), failures: [...failures.values()] };
}

async function play(contestant: Contestant, mode: Mode, plan: Plan): Promise<Float64Array> {
  const rounds = plan.rounds * (mode === 'spin' ? SPINNING_ROUNDS_TIMES : 1);
  const times = await runForTimes(
    contestant.command({
      mode,
      rounds,
      warmUp: Math.ceil(rounds / WARM_UP_PART),
      cpus: cpusOf(mode, plan.cpus),
    }),
  );
  if (times.length !== rounds) throw new Error(`${times.length} rounds were made of ${rounds}`);
  return times;
}

function rowOf(entry: Entry, all: readonly Entry[]): Row {
  const { contestant, mode, runs } = entry;
  const of = (key: keyof Summary): number => median(runs.map((run) => run[key]));
  const p50s = runs.map((run) => run.p50);
  const rivals = all.filter((other) => other.mode === mode && !other.contestant.ours);
  const floor = fastest(rivals.filter((other) => other.contestant.class === 'C, processes'));
  const peer = fastest(
    rivals.filter((other) => other !== entry && other.contestant.class === contestant.class),
  );
  return {
    contestant: contestant.name,
    class: contestant.class,
    ours: contestant.ours,
    mode,
    runs: runs.length,
    p50: of('p50'),
    p90: of('p90'),
    p99: of('p99'),
    max: of('max'),
    rate: of('rate'),
    spread: [Math.min(...p50s), Math.max(...p50s)],
    toFloor: floor && ratio(entry, floor),
    toPeer: peer && ratio(entry, peer),
    peer: peer?.contestant.name,
  };
}

/** Runs of one repeat were made within seconds of each other: the noise was the same for both. */
function ratio(one: Pick<Entry, 'runs'>, other: Pick<Entry, 'runs'>): number {
  return median(one.runs.map((run, i) => run.p50 / (other.runs[i]?.p50 ?? NaN)));
}

function fastest(entries: readonly Entry[]): Entry | undefined {
  const p50 = ({ runs }: Entry): number => median(runs.map((run) => run.p50));
  return entries.reduce<Entry | undefined>(
    (best, entry) => (best === undefined || p50(entry) < p50(best) ? entry : best),
    undefined,
  );
}
