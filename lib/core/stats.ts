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

// The order is that of native/core/counters.h.
const RECEIVER_COUNTERS = 7;
const SENDER_COUNTERS = 2;

/** The native side writes there. */
export const newReceiverCounters = (): Float64Array => new Float64Array(RECEIVER_COUNTERS);
export const newSenderCounters = (): Float64Array => new Float64Array(SENDER_COUNTERS);

/** Of a sender. */
export function countPost(counters: Float64Array): void {
  counters[0] = (counters[0] ?? 0) + 1;
}

export function receiverStats(counters: Float64Array): ReceiverStats {
  const [
    posts = 0,
    deliveries = 0,
    sleeps = 0,
    wakeUps = 0,
    spinsPaid = 0,
    spinsVain = 0,
    systemCalls = 0,
  ] = counters;
  return {
    posts,
    deliveries,
    coalesced: posts - deliveries,
    sleeps,
    wakeUps,
    spinsPaid,
    spinsVain,
    systemCalls,
  };
}

export function senderStats(counters: Float64Array): SenderStats {
  const [posts = 0, wakeUps = 0] = counters;
  return { posts, wakeUps };
}
