// The common types of the two sides of a ping-pong in Node. The first side is a process of its own
// (first.ts). The other side is a worker thread or a child process of it (other.ts).

import type { ChildProcess } from 'node:child_process';
import type { Transferable, Worker } from 'node:worker_threads';
import type { Backend } from 'uintr';
import type { Cpus } from '../modes.js';

/** The settings that both sides get before they start, as JSON. */
export interface Settings {
  readonly transport: string;
  readonly rounds: number;
  readonly warmUp: number;
  readonly cpus: Cpus;
  /**
   * Pins each side only once it has a receiver. Needed for the default mode: a receiver that may run
   * on one CPU only never spins, because it cannot know that its senders run elsewhere.
   */
  readonly pinLate?: boolean;
  /** For a spinning run: the C ping-pong, which measures the floor between chunks. */
  readonly floor?: string;
  /** uintr only. */
  readonly backend?: Backend;
  /** uintr only; absent: the library's own default. */
  readonly busyPollMicros?: number;
  /** uintr only; absent: the library's own default. */
  readonly burst?: number;
  /**
   * uintr between threads and MessagePort only: the number of vectors or ports of the first side to
   * which the other side posts in turn.
   */
  readonly vectors?: number;
}

/** The end of a side that blocks its thread while it waits. */
export interface BlockingEnd {
  readonly kind: 'blocking';
  send(): void;
  wait(): void;
}

/** The end of a side that is called in its event loop. */
export interface EventEnd {
  readonly kind: 'event';
  send(): void;
  listen(heard: () => void): void;
}

export type End = BlockingEnd | EventEnd;

/** A way for two threads to reach each other. `Offer` is what the other side needs from the first. */
export interface ThreadTransport<Offer = unknown> {
  readonly between: 'threads';
  open(settings: Settings): {
    readonly offer: Offer;
    readonly transfer?: readonly Transferable[];
    meet(worker: Worker): End | Promise<End>;
  };
  join(offer: Offer, settings: Settings): End | Promise<End>;
}

/** A way for two processes to reach each other. */
export interface ProcessTransport<Offer = unknown> {
  readonly between: 'processes';
  /** Given where the child gets Node's own channel. */
  readonly serialization?: 'json' | 'advanced';
  open(settings: Settings): {
    readonly offer: Offer;
    /** The child inherits these as descriptors 3 and up. */
    readonly fds?: readonly number[];
    meet(child: ChildProcess): End | Promise<End>;
  };
  join(offer: Offer, settings: Settings): End | Promise<End>;
}

export type Transport = ThreadTransport | ProcessTransport;

/** The limit of every wait: no process stays behind when the other side fails. */
export const PATIENCE_MS = 10_000;

/** Whatever can post to one vector or port. */
interface Postable {
  send(): void;
}

/** Posts to one target after the other, for fan-in. A single target is returned as it is. */
export function inTurn(targets: readonly Postable[]): Postable {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return only;
  let next = 0;
  return {
    send() {
      targets[next]?.send();
      next = (next + 1) % targets.length;
    },
  };
}
