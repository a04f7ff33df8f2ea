/**
 * Publishes what receivers and senders do on channels of `node:diagnostics_channel`. A channel
 * without a subscriber costs the test of one property.
 */

import { channel } from 'node:diagnostics_channel';
import type { Backend } from './capabilities.js';
import type { ReceiverStats, SenderStats } from './stats.js';

// Structural types, because receiver.ts and sender.ts import this module.

/** A `Receiver`, whatever the names of its vectors. */
export interface ObservedReceiver {
  /** See `Receiver.backend`. */
  readonly backend: Backend;
  /** See `Receiver.stats`. */
  readonly stats: ReceiverStats;
}

/** A `Sender`. */
export interface ObservedSender {
  /** See `Sender.vector`. */
  readonly vector: number;
  /** See `Sender.stats`. */
  readonly stats: SenderStats;
}

/** The message of each channel, by the channel's name. */
export interface Diagnostics {
  /** A receiver has opened. */
  'uintr:receiver:open': {
    /** The receiver. */
    receiver: ObservedReceiver;
  };
  /** A receiver has closed. */
  'uintr:receiver:close': {
    /** The receiver. */
    receiver: ObservedReceiver;
  };
  /** The event loop is about to deliver an interrupt to the listeners. */
  'uintr:receiver:interrupt': {
    /** The receiver. */
    receiver: ObservedReceiver;
    /** The vector, 0 to 63. */
    vector: number;
  };
  /** A sender has opened. */
  'uintr:sender:open': {
    /** The sender. */
    sender: ObservedSender;
  };
  /** A sender has closed. */
  'uintr:sender:close': {
    /** The sender. */
    sender: ObservedSender;
    /** Whether it closed because its receiver is gone. */
    disconnected: boolean;
  };
}

const typed = <Name extends keyof Diagnostics>(
  name: Name,
): { hasSubscribers: boolean; publish(message: Diagnostics[Name]): void } => channel(name);

export const receiverOpen = typed('uintr:receiver:open');
export const receiverClose = typed('uintr:receiver:close');
export const receiverInterrupt = typed('uintr:receiver:interrupt');
export const senderOpen = typed('uintr:sender:open');
export const senderClose = typed('uintr:sender:close');
