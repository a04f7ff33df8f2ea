/** The events of a receiver, as types. */

import type { VectorName, Vectors } from './vectors.js';

/** The events of a `Receiver`, with their arguments. Each name of a vector is an event, too. */
export type ReceiverEvents<V extends Vectors> = {
  /** A vector was raised, and has been taken. `name` is undefined for a vector without one. */
  interrupt: [vector: number, name: VectorName<V> | undefined];
  /** The receiver has closed. Emitted once, on the tick after `close()`. */
  close: [];
} & Record<VectorName<V>, []>;

/** The emitter as TypeScript cannot see it: its events depend on a type parameter. */
export interface NamedEvents {
  emit(name: string, ...args: unknown[]): boolean;
  listenerCount(name: string): number;
  rawListeners(name: 'interrupt'): Listener[];
}

/** A listener of 'interrupt'. */
export type Listener = (vector: number, name: string | undefined) => void;
