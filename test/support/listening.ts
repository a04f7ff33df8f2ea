import { connect, type Connection, type ListenOptions, Receiver, type Rendezvous } from 'uintr';
import type { folder } from './addresses.js';
import type { closing } from './closing.js';
import { PATIENCE_MS } from './patience.js';

export const VECTORS = { tick: 1, stop: 63, spare: 7 } as const;
export type Name = keyof typeof VECTORS;

interface Listening {
  readonly receiver: Receiver<typeof VECTORS>;
  readonly rendezvous: Rendezvous<Name>;
  /** The codes of the refusals, as they come. */
  readonly refusals: readonly string[];
}

/** Makes services at `file('socket')`, and peers that try once to connect to one. */
export function listening(
  use: ReturnType<typeof closing>,
  file: ReturnType<typeof folder>,
): {
  readonly listen: (options?: ListenOptions<Name>) => Listening;
  readonly attempt: <V extends string | number>(vectors: readonly V[]) => Promise<Connection<V>>;
} {
  return {
    listen: (options = {}) => {
      const receiver = use(new Receiver({ vectors: VECTORS }));
      const rendezvous = receiver.listen(file('socket'), {
        requestsPerSecond: Infinity,
        ...options,
      });
      const refusals: string[] = [];
      rendezvous.on('refusal', ({ code }) => refusals.push(code));
      return { receiver, rendezvous, refusals };
    },
    attempt: (vectors) =>
      connect(file('socket'), { vectors, reconnect: false, timeout: PATIENCE_MS }),
  };
}
