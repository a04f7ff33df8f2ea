// Two virtual CPUs share a physical core at one moment and lie far apart at the next: a line then
// takes a third of the time to travel, or three times as long, and the host changes it within
// seconds. So a spinning run is made in chunks with a look at the floor (c/spin.c) between them, and
// when everything has been played those chunks count that were made with the CPUs on one side.

import { median, quantile, summarize, type Summary } from './statistics.js';

/** Of a run; its rounds divide by it. */
export const CHUNKS = 10;

export interface Chunk {
  readonly summary: Summary;
  /** The floor before and after it: p50 in nanoseconds; none where nobody looked. */
  readonly floors: readonly number[];
}

/** Of a run that wrote its looks at the floor before its times. */
export function chunksOf(output: Float64Array): Chunk[] {
  const looks = output.subarray(0, CHUNKS + 1);
  return split(output.subarray(CHUNKS + 1)).map((summary, i) => ({
    summary,
    floors: [...looks.subarray(i, i + 2)],
  }));
}

/** Of a run of the floor itself, which is all the look that it needs. */
export function chunksOfFloor(times: Float64Array): Chunk[] {
  return split(times).map((summary) => ({ summary, floors: [summary.p50] }));
}

function split(times: Float64Array): Summary[] {
  const size = times.length / CHUNKS;
  return Array.from({ length: CHUNKS }, (_, i) =>
    summarize(times.subarray(i * size, (i + 1) * size)),
  );
}

/** A run, of those of its chunks that count. */
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

/** Where the CPUs were, and what counts therefore. */
export interface Sides {
  /** 'all': the floor has nearly always been the same. */
  readonly counted: 'all' | 'apart' | 'near';
  /** The 10th and the 90th percentile of all looks, in nanoseconds. */
  readonly floors: readonly [number, number];
  /** A floor below is near. */
  readonly border: number;
  readonly chunks: number;
  readonly leftOut: number;
}

const TWO_SIDES = 2;
const ENOUGH_CHUNKS = 5;

/** From the chunks of each contestant; undefined where nobody looked. */
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

/** Whether the CPUs were on the side that counts at both ends. */
export function counts(
  { floors }: Chunk,
  { counted, border }: Pick<Sides, 'counted' | 'border'>,
): boolean {
  return counted === 'all' || floors.every((floor) => floor >= border === (counted === 'apart'));
}
