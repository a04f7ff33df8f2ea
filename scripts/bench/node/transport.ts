// What the two sides of a ping-pong in Node have in common. The first side is a process of its own
// (first.ts); the other is a worker thread or a child process of it (other.ts).

import type { ChildProcess } from 'node:child_process';
import type { Transferable, Worker } from 'node:worker_threads';
import type { Backend } from 'uintr';
import type { Cpus } from '../modes.js';

/** What both sides know before they start; it travels as JSON. */
export interface Settings {
  readonly transport: string;
  readonly rounds: number;
  readonly warmUp: number;
  readonly cpus: Cpus;
  /**
   * Pin each side only when it can hear. For uintr's own choice: a receiver that may run on one CPU
   * only never spins, because it cannot know that its senders run elsewhere.
   */
  readonly pinLate?: boolean;
  /** For a run that spins: the C ping-pong, to look at the floor by between its chunks. */
  readonly floor?: string;
  /** For uintr only. */
  readonly backend?: Backend;
  /** For uintr only; absent: the library's own default. */
  readonly busyPollMicros?: number;
  /** Likewise. */
  readonly burst?: number;
  /** For uintr between threads and MessagePort: how many of the first side the other rings, in turn. */
  readonly vectors?: number;
}

/** The end of one side that blocks its thread while it waits. */
export interface BlockingEnd {
  readonly kind: 'blocking';
  send(): void;
  wait(): void;
}

/** The end of one side that hears in its event loop. */
export interface EventEnd {
  readonly kind: 'event';
  send(): void;
  listen(heard: () => void): void;
}

export type End = BlockingEnd | EventEnd;

/** How two threads reach each other. `Offer` is what the other side needs from the first. */
export interface ThreadTransport<Offer = unknown> {
  readonly between: 'threads';
  open(settings: Settings): {
    readonly offer: Offer;
    readonly transfer?: readonly Transferable[];
    meet(worker: Worker): End | Promise<End>;
  };
  join(offer: Offer, settings: Settings): End | Promise<End>;
}

/** How two processes reach each other. */
export interface ProcessTransport<Offer = unknown> {
  readonly between: 'processes';
  /** Given when the child gets Node's own channel. */
  readonly serialization?: 'json' | 'advanced';
  open(settings: Settings): {
    readonly offer: Offer;
    /** Inherited as 3 and up. */
    readonly fds?: readonly number[];
    meet(child: ChildProcess): End | Promise<End>;
  };
  join(offer: Offer, settings: Settings): End | Promise<End>;
}

export type Transport = ThreadTransport | ProcessTransport;

/** No wait is longer, so that nothing is left behind when one side fails. */
export const PATIENCE_MS = 10_000;
