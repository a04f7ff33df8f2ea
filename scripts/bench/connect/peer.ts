// peer ADDRESS
//
// The peer: a process that connects to the measurer's rendezvous when told to.

import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { connect, FdSocket, Sender } from 'uintr';
import { now, type Task, type Times } from './tasks.js';

const held: unknown[] = [];

async function whole(address: string, hold: boolean): Promise<Times> {
  const begin = now();
  const connection = await connect(address, { vectors: ['tick'] });
  connection.send('tick');
  if (hold) held.push(connection);
  else connection.close();
  return [begin];
}

/** Does by hand what connect() does: see lib/services/handshake-client.ts. */
async function steps(address: string): Promise<Times> {
  const times = [now()];
  using socket = await FdSocket.connect(address);
  times.push(now());
  socket.send('{"uintr":1,"vectors":["tick"]}');
  const reply = await socket.receive();
  times.push(now());
  const [fd = -1] = reply?.fds ?? [];
  using sender = new Sender(fd);
  closeSync(fd);
  times.push(now());
  sender.send();
  return times;
}

async function main(): Promise<never> {
  const address = process.argv[2] ?? '';
  for (;;) {
    const [task] = (await once(process, 'message')) as [Task];
    process.send?.(task === 'steps' ? await steps(address) : await whole(address, task === 'hold'));
  }
}

void main();
