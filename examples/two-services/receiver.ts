// The service that receives. Start it in one terminal and any number of senders in others, in any
// order. Each side survives the end of the other:
//
//     node build/js/examples/two-services/receiver.js
//     node build/js/examples/two-services/sender.js
//
// Both take another address as an argument. An abstract address begins with @.

import { Receiver } from 'uintr';
import { addressOf } from './address.js';

const address = addressOf(process.argv[2]);
const receiver = new Receiver({ vectors: { tick: 0, stop: 63 } });
const rendezvous = receiver.listen(address, {
  // Every user who can open the socket file may raise tick. Only this user may raise stop.
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
