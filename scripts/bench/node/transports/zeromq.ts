// Pair sockets of zeromq, between threads and between processes.

import path from 'node:path';
import { Pair } from 'zeromq';
import type { End, ProcessTransport, ThreadTransport } from '../transport.js';
import { scratchFolder } from './scratch.js';

function endOf(socket: Pair): End {
  return {
    kind: 'event',
    send: () => {
      void socket.send('!');
    },
    listen: (heard) => {
      const hear = async (): Promise<never> => {
        for (;;) {
          await socket.receive();
          heard();
        }
      };
      void hear();
    },
  };
}

async function bound(address: string): Promise<End> {
  const socket = new Pair({ linger: 0 });
  await socket.bind(address);
  return endOf(socket);
}

function connected(address: string): End {
  const socket = new Pair({ linger: 0 });
  socket.connect(address);
  return endOf(socket);
}

const INPROC = 'inproc://uintr-bench';

export const zeromqInproc: ThreadTransport<string> = {
  between: 'threads',
  open: () => ({ offer: INPROC, meet: () => bound(INPROC) }),
  join: connected,
};

export const zeromqIpc: ProcessTransport<string> = {
  between: 'processes',
  open() {
    const address = `ipc://${path.join(scratchFolder(), 'socket')}`;
    return { offer: address, meet: () => bound(address) };
  },
  join: connected,
};
