/** Counts what receivers and senders do, in memory that the native side writes. */

import { binding } from '../internal/binding.js';

/** Counts of what a receiver has done so far. Reading them makes no native call. */
export interface ReceiverStats {
  /** Posts found, per vector fd. Several posts on one vector become one delivery. */
  readonly posts: number;
  /** Vectors taken, by any way of waiting. */
  readonly deliveries: number;
  /**
   * Posts that found their vector pending by a post to another vector fd: `posts - deliveries`.
   * Posts to one vector fd merge in its page unseen: compare with the sender's `stats.posts`.
   */
  readonly coalesced: number;
  /** Sleeps announced, in which senders were asked for a wake-up. */
  readonly sleeps: number;
  /** Sleeps that a sender ended. */
  readonly wakeUps: number;
  /** Busy polls that an interrupt ended. */
  readonly spinsPaid: number;
  /** Busy polls in vain. A long one in `waitSync()` counts once per 50 ms. */
  readonly spinsVain: number;
  /**
   * System calls made to wait: `futex`, `futex_waitv` or `epoll_wait` to sleep in `waitSync()`, and
   * the epoll set for them; `sched_yield` and `getrusage` during a busy poll; `epoll_ctl` or
   * `preadv2` to silence an eventfd in the event loop. Not counted: libuv's own calls (the event
   * loop sleeps in its `epoll_pwait`), and the calls that open and close.
   */
  readonly systemCalls: number;
}

/** Counts of what a sender has done so far. Reading them makes no native call. */
export interface SenderStats {
  /** Posts sent. */
  readonly posts: number;
  /** Posts that had to wake the receiver: one system call each, write(2) or futex(2). */
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
const named = (names: readonly string[], counters: Float64Array): Record<string, number> =>
  Object.fromEntries(names.map((name, i) => [name, counters[i] ?? 0]));

export function receiverStats(counters: Float64Array): ReceiverStats {
  const stats = named(binding().receiverCounters, counters) as Omit<ReceiverStats, 'coalesced'>;
  return { ...stats, coalesced: stats.posts - stats.deliveries };
}

export const senderStats = (counters: Float64Array): SenderStats =>
  named(binding().senderCounters, counters) as unknown as SenderStats;
