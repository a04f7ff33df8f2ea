import type { BackendChoice, ReceiverOptions } from 'uintr';

export const SIDES = ['threads', 'processes'] as const;
/** What the two players are. */
export type Sides = (typeof SIDES)[number];

export const WAYS = ['loop', 'busy', 'sync'] as const;
/** How both players wait for an interrupt. */
export type Way = (typeof WAYS)[number];

/** What both players have to know before they start. */
export interface Match {
  readonly way: Way;
  /** Round trips, warm-up included. */
  readonly rounds: number;
  readonly backend: BackendChoice;
}

/** What an opponent that is a worker finds in its workerData. */
export interface ThreadData {
  readonly match: Match;
  /** The first player's vector fd: threads share their descriptors, so the number is enough. */
  readonly vectorFd: number;
}

/** Where an opponent that is a child process finds its descriptors, after stdin, -out and -err. */
export const CHILD_FDS = { vectorFd: 3, socket: 4 } as const;

/** Every wait ends: a player that hears nothing for so long gives up. */
export const PATIENCE_MS = 10_000;

const BUSY_POLL_MICROS = 1000;

/** Each player receives one vector, the ball. */
export function receiverOptions({ way, backend }: Match): ReceiverOptions<{ ball: 0 }> {
  const options = { vectors: { ball: 0 }, backend } as const;
  // What is not told spins for a moment by itself where that pays.
  return way === 'busy' ? { ...options, busyPollMicros: BUSY_POLL_MICROS } : options;
}
