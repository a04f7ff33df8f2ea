// The chunks of a spinning run, and the choice of those that count.
//
// The host moves virtual CPUs within seconds: they share a physical core at one moment and lie far
// apart at the next, and a cache line then travels three times as long. So a spinning run is made in
// chunks, and c/spin.c measures the floor before and after each. At the end only the chunks count
// that were made with the CPUs in one placement: apart where there are enough of those, else near.

import { median, quantile, summarize, type Summary } from './statistics.js';

/** The number of chunks per run. It divides the number of rounds. */
export const CHUNKS = 10;

export interface Chunk {
  readonly summary: Summary;
  /** The floor before and after the chunk: p50 in nanoseconds. Empty where it was not measured. */
  readonly floors: readonly number[];
}

/** Splits the output of a run, which has the measurements of the floor before the times. */
export function chunksOf(output: Float64Array): Chunk[] {
  const looks = output.subarray(0, CHUNKS + 1);
  return split(output.subarray(CHUNKS + 1)).map((summary, i) => ({
    summary,
    floors: [...looks.subarray(i, i + 2)],
  }));
}

/** Splits a run of the floor itself, whose own p50 is the measurement. */
export function chunksOfFloor(times: Float64Array): Chunk[] {
  return split(times).map((summary) => ({ summary, floors: [summary.p50] }));
}

function split(times: Float64Array): Summary[] {
  const size = times.length / CHUNKS;
  return Array.from({ length: CHUNKS }, (_, i) =>
    summarize(times.subarray(i * size, (i + 1) * size)),
  );
}

/** The summary of a run, from the chunks that count. */
export function summaryOf(chunks: readonly Chunk[]): Summary {
  const all = (key: keyof Summary): number[] => chunks.map(({ summary }) => summary[key]);
  return {
    p50: median(all('p50')),
    p90: median(all('p90')),
    p99: median(all('p99')),
    max: Math.max(...all('max')),
    rate: median(all('rate')),
  };
}

/** Where the CPUs were, and which chunks count because of it. */
export interface Sides {
  /** The placement that counts. 'all': the floor was nearly always the same. */
  readonly counted: 'all' | 'apart' | 'near';
  /** The 10th and the 90th percentile of all measurements of the floor, in nanoseconds. */
  readonly floors: readonly [number, number];
  /** A floor below the border, in nanoseconds, means near. */
  readonly border: number;
  readonly chunks: number;
  readonly leftOut: number;
}

const TWO_SIDES = 2;
const ENOUGH_CHUNKS = 5;

/** Decides from the chunks of each contestant. Undefined where the floor was not measured. */
export function sidesOf(contestants: readonly (readonly Chunk[])[]): Sides | undefined {
  const all = contestants.flat();
  const looks = all.flatMap(({ floors }) => floors).sort((a, b) => a - b);
  if (looks.length === 0) return undefined;
  const low = quantile(looks, 0.1);
  const high = quantile(looks, 0.9);
  const border = Math.sqrt(low * high);
  const isApart = (chunk: Chunk): boolean => counts(chunk, { counted: 'apart', border });
  const enoughApart = contestants.every(
    (chunks) => chunks.length === 0 || chunks.filter(isApart).length >= ENOUGH_CHUNKS,
  );
  const counted = high <= TWO_SIDES * low ? 'all' : enoughApart ? 'apart' : 'near';
  const leftOut = all.filter((chunk) => !counts(chunk, { counted, border })).length;
  return { counted, floors: [low, high], border, chunks: all.length, leftOut };
}

/** Whether the CPUs were in the placement that counts both before and after the chunk. */
export function counts(
  { floors }: Chunk,
  { counted, border }: Pick<Sides, 'counted' | 'border'>,
): boolean {
  return counted === 'all' || floors.every((floor) => floor >= border === (counted === 'apart'));
}
