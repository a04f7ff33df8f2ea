// The contestants of fan-in.

import type { Backend } from 'uintr';
import { nameOn } from './constants.js';
import { type Contestant, nodeCommand, spinning } from './contestants.js';

/** Contestants whose way back takes each of several vectors, or ports, in turn; one set per count. */
export function fanIn(counts: readonly number[], backends: readonly Backend[]): Contestant[] {
  return counts.flatMap((vectors) => [
    {
      name: `MessagePort, ports: ${vectors}`,
      class: 'threads, event loop',
      ours: false,
      vectors,
      modes: ['one core'],
      command: (round) => nodeCommand({ transport: 'message-port', vectors, ...round }),
    },
    ...backends.flatMap((backend) =>
      (['loop', 'sync'] as const).map((way): Contestant => {
        const name = `uintr ${way === 'loop' ? 'event loop' : 'waitSync'}, vectors: ${vectors}`;
        return {
          name: nameOn(backend, name),
          class: way === 'loop' ? 'threads, event loop' : 'threads, blocking',
          ours: true,
          vectors,
          modes: ['spin', 'one core'],
          command: (round) =>
            nodeCommand({
              transport: `uintr-${way}-threads`,
              backend,
              vectors,
              ...spinning(round),
              ...round,
            }),
        };
      }),
    ),
  ]);
}
