// The service that is interrupted. Start it in one terminal, any number of senders in others, in
// whatever order, and stop and start either as you like:
//
//     node build/js/examples/two-services/receiver.js
//     node build/js/examples/two-services/sender.js
//
// An argument is another address for both; an abstract one begins with @.

import { Receiver } from 'uintr';
import { addressOf } from './address.js';

const address = addressOf(process.argv[2]);
const receiver = new Receiver({ vectors: { tick: 0, stop: 63 } });
const rendezvous = receiver.listen(address, {
  // Whoever can open the socket file may tick; only ourselves may stop.
  authorize: ({ uid }, { names }) => !names.includes('stop') || uid === process.getuid?.(),
});

rendezvous.on('connection', ({ peer, names }) => {
  console.log(`${peer.pid} may raise ${names.join(', ')}`);
});
rendezvous.on('disconnect', ({ peer }) => {
  console.log(`${peer.pid} is gone`);
});
rendezvous.on('refusal', ({ code, message }, peer) => {
  console.log(`${peer?.pid ?? 'somebody'} was refused: ${code}: ${message}`);
});

let ticks = 0;
receiver.on('tick', () => {
  console.log(`tick ${++ticks}`);
});
receiver.on('stop', () => {
  console.log('stop');
  receiver.close();
});
process.once('SIGINT', () => {
  receiver.close();
});
console.log(`listening at ${address}`);
