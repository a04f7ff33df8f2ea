// The service that main.mjs asks: keeps prices, and answers questions about them.

import { openChannel } from 'uintr';

const prices = new Map([
  ['apple', 0.5],
  ['pear', 0.75],
]);
const channel = openChannel(3, { codec: 'json' });
channel.on('message', ({ id, name }) => {
  channel.send({ id, price: prices.get(name) ?? null });
});
channel.on('close', (reason) => {
  console.log(`prices: closed${reason === undefined ? '' : `, ${reason.code}`}`);
});
