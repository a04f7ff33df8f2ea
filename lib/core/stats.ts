/** Counts what receivers and senders do, in memory that the native side writes. */

import { binding } from '../internal/binding.js';

/** What a receiver has done so far. Reading it makes no native call. */
export interface ReceiverStats {
  /** Posts found, on each vector fd: several on one vector become one delivery. */
  readonly posts: number;
  /** Vectors taken, by whatever way of waiting. */
  readonly deliveries: number;
  /**
   * Posts that found another of the same vector, from another holder, still pending. Those on one
   * vector fd merge in its page and are never seen: compare with the sender's `stats.posts`.
   */
  readonly coalesced: number;
  /** Sleeps announced, in which senders were asked for a wake-up. */
  readonly sleeps: number;
  /** Sleeps that a sender ended. */
  readonly wakeUps: number;
  /** Times of spinning that an interrupt ended. */
  readonly spinsPaid: number;
  /** Times of spinning in vain; a long one in `waitSync` counts once for each 50 ms. */
  readonly spinsVain: number;
  /**
   * Those that waiting took: `futex`, `futex_waitv` or `epoll_wait` to sleep in `waitSync`, and the
   * epoll set for that; `sched_yield` and `getrusage` while spinning; `epoll_ctl` or `preadv2` to
   * silence an eventfd in the event loop. What libuv calls (its `epoll_pwait`, in which the event
   * loop sleeps) and what opening and closing takes is not in.
   */
  readonly systemCalls: number;
}

export interface SenderStats {
  /** Posts sent. */
  readonly posts: number;
  /** Those that had to wake the receiver, by a system call each. */
  readonly wakeUps: number;
}

export const newReceiverCounters = (): Float64Array =>
  new Float64Array(binding().receiverCounters.length);
export const newSenderCounters = (): Float64Array =>
  new Float64Array(binding().senderCounters.length);

/** Counts a post that JavaScript has made by itself. `posts` is a sender's first counter. */
export function countPost(senderCounters: Float64Array): void {
  senderCounters[0] = (senderCounters[0] ?? 0) + 1;
}

/** Puts the counters under their names. */
function read<Stats>(names: readonly string[], counters: Float64Array): Stats {
  return Object.fromEntries(names.map((name, i) => [name, counters[i]])) as Stats;
}

export function receiverStats(counters: Float64Array): ReceiverStats {
  type Counted = Omit<ReceiverStats, 'coalesced'>;
  const stats = read<Counted>(binding().receiverCounters, counters);
  return { ...stats, coalesced: stats.posts - stats.deliveries };
}

export const senderStats = (counters: Float64Array): SenderStats =>
  read<SenderStats>(binding().senderCounters, counters);
