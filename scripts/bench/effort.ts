/** How much the benchmark measures. */
export interface Effort {
  readonly repeats: number;
  readonly rounds: number;
  readonly vectors: readonly number[];
  readonly receivers: readonly number[];
  readonly senders: readonly number[];
  readonly pairs: readonly number[];
  readonly floodMs: number;
  readonly wakeUps: number;
  readonly idleMs: number;
  readonly pairsMs: number;
}

export const FULL: Effort = {
  repeats: 7,
  rounds: 4000,
  vectors: [1, 2, 4, 8, 16, 32, 64],
  receivers: [1, 2, 4, 8, 16, 32, 64],
  senders: [1, 2, 3, 4],
  pairs: [1, 2, 4],
  floodMs: 1000,
  wakeUps: 500,
  idleMs: 10_000,
  pairsMs: 1000,
};

export const QUICK: Effort = {
  repeats: 2,
  rounds: 1000,
  vectors: [1, 8, 64],
  receivers: [1, 8],
  senders: [1, 4],
  pairs: [2],
  floodMs: 300,
  wakeUps: 100,
  idleMs: 300,
  pairsMs: 200,
};
