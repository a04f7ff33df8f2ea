import {
  type Chunk,
  chunksOf,
  chunksOfFloor,
  counts,
  type Sides,
  sidesOf,
  summaryOf,
} from './chunks.js';
import type { Contestant } from './contestants.js';
import { type Cpus, cpusOf, type Mode, MODES } from './modes.js';
import { type Played, type Row, rowOf } from './rows.js';
import { runForTimes } from './run.js';
import { summarize } from './statistics.js';

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
  /** The C ping-pong, by which a run that spins looks at the floor; absent where there is none. */
  readonly floor?: string | undefined;
}

const SPINNING_ROUNDS_TIMES = 20;
const WARM_UP_PART = 4;

// A spinning run takes no longer than its programs take to start, and not all of it may count: more
// runs, for a median that means something.
const CYCLES: Record<Mode, number> = { spin: 3, 'one core': 1, 'two cores': 1 };

export interface PingPong {
  readonly rows: readonly Row[];
  readonly failures: readonly Failure[];
  /** Of the runs that spun, if somebody looked. */
  readonly sides: Sides | undefined;
}

export interface Entry {
  readonly contestant: Contestant;
  readonly mode: Mode;
  /** By turn; a run that nobody interrupts is one chunk. */
  readonly runs: Map<number, readonly Chunk[]>;
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
): Promise<PingPong> {
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
        entry.runs.set(turn, await play(contestant, mode, plan));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.set(entry, failureOf(entry, reason));
      }
    }
  }
  const spinning = entries.filter(({ mode }) => mode === 'spin');
  const sides = sidesOf(spinning.map(({ runs }) => [...runs.values()].flat()));
  const played = entries.map((entry) => whatCounts(entry, sides));
  for (const [i, entry] of entries.entries()) {
    if (played[i]?.runs.size !== 0 || failures.has(entry)) continue;
    failures.set(
      entry,
      failureOf(entry, `the CPUs were never ${sides?.counted ?? ''} in its runs`),
    );
  }
  const there = played.filter(({ runs }) => runs.size > 0);
  return { rows: there.map((one) => rowOf(one, there)), failures: [...failures.values()], sides };
}

function whatCounts({ contestant, mode, runs }: Entry, sides: Sides | undefined): Played {
  const left = [...runs].flatMap(([turn, all]) => {
    const chunks = sides === undefined ? all : all.filter((chunk) => counts(chunk, sides));
    return chunks.length === 0 ? [] : [[turn, summaryOf(chunks)] as const];
  });
  return { contestant, mode, runs: new Map(left) };
}

function failureOf({ contestant, mode }: Entry, reason: string): Failure {
  return { contestant: contestant.name, mode, reason };
}

async function play(contestant: Contestant, mode: Mode, plan: Plan): Promise<Chunk[]> {
  const spinning = mode === 'spin';
  const rounds = plan.rounds * (spinning ? SPINNING_ROUNDS_TIMES : 1);
  const warmUp = Math.ceil(rounds / WARM_UP_PART);
  const cpus = cpusOf(mode, plan.cpus);
  const looks = spinning && plan.floor !== undefined ? { floor: plan.floor } : {};
  const command = contestant.command({ mode, rounds, warmUp, cpus, ...looks });
  const output = await runForTimes(command, warmUp + rounds);
  if (spinning && contestant.class === 'C, processes') return chunksOfFloor(output);
  if (looks.floor !== undefined) return chunksOf(output);
  return [{ summary: summarize(output), floors: [] }];
}
