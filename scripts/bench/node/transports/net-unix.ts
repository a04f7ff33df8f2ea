// A Unix stream socket by Node's net.

import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import type { End, ProcessTransport } from '../transport.js';
import { scratchFolder } from './scratch.js';

const BYTE = new Uint8Array([0]);

function endOf(socket: net.Socket): End {
  return {
    kind: 'event',
    send: () => {
      socket.write(BYTE);
    },
    listen: (heard) => {
      socket.on('data', heard);
    },
  };
}

export const netUnix: ProcessTransport<string> = {
  between: 'processes',
  open() {
    const address = path.join(scratchFolder(), 'socket');
    const server = net.createServer().listen(address);
    return {
      offer: address,
      async meet() {
        const [socket] = (await once(server, 'connection')) as [net.Socket];
        return endOf(socket);
      },
    };
  },
  async join(address) {
    const socket = net.connect(address);
    await once(socket, 'connect');
    return endOf(socket);
  },
};
