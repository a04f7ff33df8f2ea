/** `listen()`, and the `Receiver` of the public API, which has it as a method. */

import { disown, own, Receiver as CoreReceiver } from '../core/receiver.js';
import type { VectorName, Vectors } from '../core/vectors.js';
import { invalidType } from '../internal/arguments.js';
import type { ListenOptions } from './listen-options.js';
import { create, Rendezvous } from './rendezvous.js';

// All but `listen()` is in core/receiver.ts, which knows no service. This is a subclass and not an
// augmentation of that module: with one, an incremental build loses the methods of the class that
// are named by symbols (TypeScript 6.0), depending on the order in which it checks the files.

/**
 * Receives user interrupts on this thread: `uintr_register_handler` on hardware. A thread can have
 * any number of receivers, each with 64 vectors: what one of them takes, masks or waits for never
 * touches another's. On hardware they share the handler and the 64 vectors of their thread.
 */
export class Receiver<const V extends Vectors = Record<never, number>> extends CoreReceiver<V> {
  /**
   * Lets other services find this receiver by an address: `listen(receiver, address, options)`
   * takes the same and throws the same.
   */
  listen(address: string, options: ListenOptions<VectorName<V>> = {}): Rendezvous<VectorName<V>> {
    return listen(this, address, options);
  }
}

/**
 * Lets other services find a receiver by an address and ask for its vectors with `connect()`. Each
 * peer that is let in gets vector fds of its own. The rendezvous closes with the receiver.
 *
 * @param receiver the receiver whose vectors peers ask for.
 * @param address a path, or as in Node's `net` an abstract name after a NUL: `'\0name'`.
 * @throws {UintrError} `EADDRINUSE` when another process listens there, `EACCES`, `ENOENT`,
 * `ENAMETOOLONG` or another error of socket(2), bind(2) or listen(2); `ENOTSUP` where nobody could
 * connect to the file; `ERR_UINTR_CLOSED` when the receiver is closed.
 */
export function listen<V extends Vectors>(
  receiver: Receiver<V>,
  address: string,
  options: ListenOptions<VectorName<V>> = {},
): Rendezvous<VectorName<V>> {
  if (!isReceiver(receiver)) throw invalidType('receiver', 'an instance of Receiver', receiver);
  const rendezvous = receiver[own]((vectors) =>
    Rendezvous[create](receiver, vectors, address, options),
  );
  rendezvous.once('close', () => {
    receiver[disown](rendezvous);
  });
  return rendezvous;
}

// Of this evaluation of the package: own() is a symbol of it.
// eslint-disable-next-line no-restricted-syntax -- see above
const isReceiver = (value: unknown): boolean => value instanceof CoreReceiver;
