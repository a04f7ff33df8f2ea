// Quantiles, medians and ratios.

/** The summary of one run of a ping-pong; times in nanoseconds. */
export interface Summary {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Round trips per second. */
  readonly rate: number;
}

export function summarize(times: Float64Array): Summary {
  const sorted = times.slice().sort();
  const total = sorted.reduce((sum, time) => sum + time, 0);
  return {
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
    rate: (sorted.length / total) * 1e9,
  };
}

/** The quantile `q` of sorted numbers, always one of them. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.min(Math.floor(sorted.length * q), sorted.length - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? NaN) + high) / 2;
}

/** One figure of several runs. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

export function figureOf(values: readonly number[]): Figure {
  return { median: median(values), least: Math.min(...values), greatest: Math.max(...values) };
}

export type Figures<T> = { readonly [Key in keyof T]: Figure | Extract<T[Key], undefined> };

/** A figure per key of the runs, which all have the same keys. */
export function figuresOf<T extends object>(runs: readonly T[]): Figures<T> {
  const keys = Object.keys(runs[0] ?? {}) as (keyof T)[];
  const figures = keys.map((key) => [key, figureOf(runs.map((run) => Number(run[key])))]);
  return Object.fromEntries(figures) as Figures<T>;
}

/** The ratios of paired runs. */
export function ratiosOf(runs: readonly number[], others: readonly number[]): number[] {
  return runs.map((value, i) => value / (others[i] ?? NaN));
}
