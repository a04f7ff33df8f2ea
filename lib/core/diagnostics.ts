// node:diagnostics_channel, for those who watch from outside. Without a subscriber a channel costs
// the test of one property.

import { channel } from 'node:diagnostics_channel';
import type { Sender } from './sender.js';
import type { Receiver } from './receiver.js';

/** A receiver, whatever the names of its vectors. */
type AnyReceiver = Pick<Receiver, 'backend' | 'stats'>;

/** What is published on each channel. */
export interface Diagnostics {
  'uintr:receiver:open': { receiver: AnyReceiver };
  'uintr:receiver:close': { receiver: AnyReceiver };
  /** Just before the event loop hands it to the listeners. */
  'uintr:receiver:interrupt': { receiver: AnyReceiver; vector: number };
  'uintr:sender:open': { sender: Sender };
  /** `disconnected`: the receiver has gone before. */
  'uintr:sender:close': { sender: Sender; disconnected: boolean };
}

const typed = <Name extends keyof Diagnostics>(
  name: Name,
): { hasSubscribers: boolean; publish(message: Diagnostics[Name]): void } => channel(name);

export const receiverOpen = typed('uintr:receiver:open');
export const receiverClose = typed('uintr:receiver:close');
export const receiverInterrupt = typed('uintr:receiver:interrupt');
export const senderOpen = typed('uintr:sender:open');
export const senderClose = typed('uintr:sender:close');
