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
