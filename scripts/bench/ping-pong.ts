import type { Class, Contestant } from './contestants.js';
import { type Cpus, cpusOf, type Mode, MODES } from './modes.js';
import type { Probe } from './node/apart.js';
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
  /** For runs that spin; absent where there is no floor to look at. */
  readonly probe?: Probe | undefined;
}

const SPINNING_ROUNDS_TIMES = 20;
const WARM_UP_PART = 4;

// A spinning run takes no longer than its programs take to start, and two virtual CPUs may be near
// each other or far apart from one moment to the next: more runs, for a median that means something.
const CYCLES: Record<Mode, number> = { spin: 3, 'one core': 1, 'two cores': 1 };

export interface Entry {
  readonly contestant: Contestant;
  readonly mode: Mode;
  /** By turn, so that runs made side by side can be compared. */
  readonly runs: Map<number, Summary>;
}

export function entriesOf(contestants: readonly Contestant[], modes: readonly Mode[]): Entry[] {
  return MODES.filter((mode) => modes.includes(mode)).flatMap((mode) =>
    contestants
      .filter((contestant) => contestant.modes.includes(mode))
      .map((contestant) => ({ contestant, mode, runs: new Map() })),
  );
}

/**
 * One repeat: every contestant of a mode plays once before any plays again, so that the noise of a
 * moment hits all.
 */
export function scheduleOf(entries: readonly Entry[]): Entry[] {
  return MODES.flatMap((mode) => {
    const cycle = entries.filter((entry) => entry.mode === mode);
    return Array.from({ length: CYCLES[mode] }, () => cycle).flat();
  });
}

export async function pingPong(
  entries: readonly Entry[],
  plan: Plan,
  onRun: (what: string) => void,
): Promise<{ rows: Row[]; failures: Failure[] }> {
  const failures = new Map(
    entries.flatMap((entry) => {
      const { absent } = entry.contestant;
      return absent === undefined ? [] : [[entry, failureOf(entry, absent)] as const];
    }),
  );
  const schedule = scheduleOf(entries);
  const turns = new Map<Entry, number>();
  for (let repeat = 0; repeat < plan.repeats; ++repeat) {
    for (const entry of schedule) {
      const { contestant, mode } = entry;
      onRun(`${mode}: ${contestant.name} (${contestant.class})`);
      if (failures.has(entry)) continue;
      const turn = (turns.get(entry) ?? 0) + 1;
      turns.set(entry, turn);
      try {
        const times = await play(contestant, mode, plan);
        if (times.length > 0) entry.runs.set(turn, summarize(times));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.set(entry, failureOf(entry, reason));
      }
    }
  }
  const played = entries.filter((entry) => entry.runs.size > 0);
  for (const entry of entries) {
    if (entry.runs.size > 0 || failures.has(entry)) continue;
    failures.set(entry, failureOf(entry, 'the CPUs were too near each other in all of its runs'));
  }
  return { rows: played.map((entry) => rowOf(entry, played)), failures: [...failures.values()] };
}

function failureOf({ contestant, mode }: Entry, reason: string): Failure {
  return { contestant: contestant.name, mode, reason };
}

/** The times of the rounds that count. */
async function play(contestant: Contestant, mode: Mode, plan: Plan): Promise<Float64Array> {
  const spinning = mode === 'spin';
  const rounds = plan.rounds * (spinning ? SPINNING_ROUNDS_TIMES : 1);
  const warmUp = Math.ceil(rounds / WARM_UP_PART);
  const cpus = cpusOf(mode, plan.cpus);
  const probe = spinning && plan.probe !== undefined ? { probe: plan.probe } : {};
  const times = await runForTimes(contestant.command({ mode, rounds, warmUp, cpus, ...probe }));
  const isFloor = spinning && contestant.class === 'C, processes'; // it has no probe but itself
  const tooNear = isFloor && summarize(times).p50 < (plan.probe?.apart ?? 0);
  return tooNear ? new Float64Array() : times;
}

function rowOf(entry: Entry, all: readonly Entry[]): Row {
  const { contestant, mode, runs } = entry;
  const all50 = [...runs.values()].map((run) => run.p50);
  const of = (key: keyof Summary): number => median([...runs.values()].map((run) => run[key]));
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
    runs: runs.size,
    p50: of('p50'),
    p90: of('p90'),
    p99: of('p99'),
    max: of('max'),
    rate: of('rate'),
    spread: [Math.min(...all50), Math.max(...all50)],
    toFloor: floor && ratio(entry, floor),
    toPeer: peer && ratio(entry, peer),
    peer: peer?.contestant.name,
  };
}

function ratio(one: Entry, other: Entry): number {
  // Spinning runs were chosen for the same conditions: see node/apart.ts.
  if (one.mode === 'spin') return p50Of(one) / p50Of(other);
  // Others of one turn were made within seconds of each other: the noise was the same for both.
  const ratios = [...one.runs].flatMap(([turn, run]) => {
    const others = other.runs.get(turn); // none in a turn in which one of the two has failed
    return others === undefined ? [] : [run.p50 / others.p50];
  });
  return median(ratios);
}

function p50Of({ runs }: Entry): number {
  return median([...runs.values()].map((run) => run.p50));
}

function fastest(entries: readonly Entry[]): Entry | undefined {
  return entries.reduce<Entry | undefined>(
    (best, entry) => (best === undefined || p50Of(entry) < p50Of(best) ? entry : best),
    undefined,
  );
}
