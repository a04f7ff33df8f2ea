// Plays the ping-pong of all contestants, in interleaved runs.

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
import { reasonOf, type Section } from './section.js';
import { summarize } from './statistics.js';

export interface Plan {
  /** Rounds per run of a contestant that sleeps. A spinning contestant is faster and makes more. */
  readonly rounds: number;
  readonly cpus: Cpus;
  /** The C ping-pong, with which a spinning run measures the floor; absent where there is none. */
  readonly floor?: string | undefined;
}

const SPINNING_ROUNDS_TIMES = 20;
const WARM_UP_PART = 4;

// A spinning run takes no longer than the start of its programs, and some of its chunks may not
// count. So there are more of them, for a median that means something.
const CYCLES: Record<Mode, number> = { spin: 3, 'one core': 1, 'two cores': 1 };

export interface PingPong {
  readonly rows: readonly Row[];
  /** Where the CPUs were in the spinning runs, if the floor was measured. */
  readonly sides: Sides | undefined;
}

export interface Entry {
  readonly contestant: Contestant;
  readonly mode: Mode;
  /** The chunks of each run, by turn. A run without measurements of the floor is one chunk. */
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
 * The runs of one repeat: every contestant of a mode plays once before any plays again, so that the
 * noise of a moment hits all.
 */
function scheduleOf(entries: readonly Entry[]): Entry[] {
  return MODES.flatMap((mode) => {
    const cycle = entries.filter((entry) => entry.mode === mode);
    return Array.from({ length: CYCLES[mode] }, () => cycle).flat();
  });
}

/** Plays the ping-pong of all entries. */
export function pingPong(entries: readonly Entry[], plan: Plan): Section<PingPong> {
  const schedule = scheduleOf(entries);
  return {
    runs: schedule.length,
    async measure(repeats, { onRun, onFailure }) {
      const failed = new Set<Entry>();
      const fail = (entry: Entry, reason: string): void => {
        failed.add(entry);
        onFailure({ what: `${entry.contestant.name} (${entry.mode})`, reason });
      };
      for (const entry of entries) {
        const { absent } = entry.contestant;
        if (absent !== undefined) fail(entry, absent);
      }
      const turns = new Map<Entry, number>();
      for (let repeat = 0; repeat < repeats; ++repeat) {
        for (const entry of schedule) {
          const { contestant, mode } = entry;
          onRun(`${mode}: ${contestant.name} (${contestant.class})`);
          if (failed.has(entry)) continue;
          const turn = (turns.get(entry) ?? 0) + 1;
          turns.set(entry, turn);
          try {
            entry.runs.set(turn, await play(contestant, mode, plan));
          } catch (error) {
            fail(entry, reasonOf(error));
          }
        }
      }

      const spinning = entries.filter(({ mode }) => mode === 'spin');
      const sides = sidesOf(spinning.map(({ runs }) => [...runs.values()].flat()));
      const played: Played[] = [];
      for (const entry of entries) {
        const one = whatCounts(entry, sides);
        if (one.runs.size > 0) played.push(one);
        else if (!failed.has(entry)) {
          fail(entry, `the CPUs were never ${sides?.counted ?? ''} in its runs`);
        }
      }
      return { rows: played.map((one) => rowOf(one, played)), sides };
    },
  };
}

function whatCounts({ contestant, mode, runs }: Entry, sides: Sides | undefined): Played {
  const left = [...runs].flatMap(([turn, all]) => {
    const chunks = sides === undefined ? all : all.filter((chunk) => counts(chunk, sides));
    return chunks.length === 0 ? [] : [[turn, summaryOf(chunks)] as const];
  });
  return { contestant, mode, runs: new Map(left) };
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
