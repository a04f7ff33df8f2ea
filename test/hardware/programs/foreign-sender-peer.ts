// A receiver that a C program interrupts through the bare uvec fd: awake, in the event loop, and in
// waitSync. Arguments: the program, its ABI, and `foreign` for the option foreignSenders.
import { once } from 'node:events';
import { Receiver } from 'uintr';
import { LinePeer } from '../../support/line-peer.js';

async function main([program = '', abi = '', foreign]: readonly string[]): Promise<void> {
  const receiver = new Receiver({ foreignSenders: foreign === 'foreign' });
  const fd = receiver.createFd(11);
  const peer = new LinePeer(program, [abi], [fd.uvecFd]);
  console.log('awake', await peer.ask('send'), receiver.poll());

  const heard = once(receiver, 'interrupt');
  console.log('listening', await peer.ask('send'), (await heard)[0]);

  if (foreign === 'foreign') {
    // Only the interrupt ends these sleeps.
    for (let i = 0; i < 5; i++) {
      console.log('later', await peer.ask('send later'), await receiver.wait());
      console.log('later', await peer.ask('send later'), receiver.waitSync());
    }
  }
  receiver.close();
  console.log('closed', await peer.ask('register'));
  await peer.end();
}

void main(process.argv.slice(2));
