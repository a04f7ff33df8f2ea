/** What a channel tells: its events and its counts, as types. */

import type { UintrError } from '../internal/errors.js';

/** The events of a `Channel`, with their arguments. */
export interface ChannelEvents<In> {
  /** A message has come. */
  message: [message: In];
  /** There is room again, after `send()`, `trySend()` or `reserve()` have found none. */
  drain: [];
  /**
   * The channel has ended, and all messages of the peer were taken. `reason` is undefined where one
   * side has closed it, and otherwise an error: `ECONNRESET` when the peer died, `ERR_UINTR_CORRUPT`
   * when it wrote nonsense, `ERR_UINTR_TOO_LARGE` when it sent more than `maxMessageBytes`.
   */
  close: [reason: UintrError | undefined];
}

/** Counts of what a channel has done so far. Reading them makes no native call. */
export interface ChannelStats {
  /** Messages sent, queued ones included. */
  readonly sent: number;
  /** Messages taken. */
  readonly received: number;
  /** Doorbells rung at the peer: the peer was not reading. */
  readonly rings: number;
  /** Bytes that wait for room in the memory. */
  readonly queuedBytes: number;
}
