// Two services that talk over a channel: this one asks, prices.mjs answers, many questions at a time.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createChannel } from 'uintr';

const channel = createChannel({ codec: 'json' });
const service = fileURLToPath(new URL('prices.mjs', import.meta.url));
// The channel is descriptor 3 of the service.
const stdio = ['ignore', 'inherit', 'inherit', channel.peerFd];
const child = spawn(process.execPath, [service], { stdio });
// A service that ends before it has opened the channel leaves it open.
child.once('exit', () => channel.close());

const asked = new Map();
channel.on('message', ({ id, price }) => {
  asked.get(id)(price);
  asked.delete(id);
});
channel.on('close', (reason) => {
  if (reason !== undefined) console.error(reason.message);
});

/** Resolves with the price of something; null if it has none. */
function priceOf(name) {
  const id = priceOf.next++;
  channel.send({ id, name });
  return new Promise((resolve) => asked.set(id, resolve));
}
priceOf.next = 0;

const names = ['apple', 'pear', 'plum'];
const prices = await Promise.all(names.map(priceOf));
names.forEach((name, i) => console.log(name, prices[i]));
channel.close();
