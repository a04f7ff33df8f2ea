// Messages between parent and child by process.send().

import type { ProcessTransport } from '../transport.js';

function processSend(serialization: 'json' | 'advanced'): ProcessTransport<null> {
  return {
    between: 'processes',
    serialization,
    open: () => ({
      offer: null,
      meet: (child) => ({
        kind: 'event',
        send: () => {
          child.send(0);
        },
        listen: (heard) => {
          child.on('message', heard);
        },
      }),
    }),
    join: () => ({
      kind: 'event',
      send: () => {
        process.send?.(0);
      },
      listen: (heard) => {
        process.on('message', heard);
      },
    }),
  };
}

export const processSendJson = processSend('json');
export const processSendAdvanced = processSend('advanced');
