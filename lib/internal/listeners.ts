/** Emitters that have to know when listeners come and go. */

import { EventEmitter } from 'node:events';

const emit: unknown = Reflect.get(EventEmitter.prototype, 'emit');

/**
 * Node's own emit(), which calls a single listener and does nothing else. Whoever replaces it wants
 * to see each event: on an instance, on the prototype, before or after this module is loaded, as
 * node:domain does. kErrorMonitor is a word of Node's own (lib/events.js).
 */
export const nodesEmit = String(emit).includes('kErrorMonitor') ? emit : undefined;

/**
 * Calls `onChange` with the emitter after each call that may add or remove listeners of a class of
 * emitters.
 */
export function onListenersChange<T extends EventEmitter>(
  emitters: { readonly prototype: T },
  onChange: (emitter: T) => void,
): void {
  for (const method of [
    'on',
    'addListener',
    'prependListener',
    'off',
    'removeListener',
    'removeAllListeners',
  ] as const) {
    const inherited = Reflect.get(EventEmitter.prototype, method) as (
      ...args: unknown[]
    ) => unknown;
    Object.defineProperty(emitters.prototype, method, {
      configurable: true,
      writable: true,
      value(this: T, ...args: unknown[]): T {
        inherited.apply(this, args);
        onChange(this);
        return this;
      },
    });
  }
}
