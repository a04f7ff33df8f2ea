// Two receivers, one after the other, on one thread: the second gets no interrupt that was posted
// to the first. Arguments: the foreign sender and its ABI.
import { setTimeout as sleep } from 'node:timers/promises';
import { Receiver, Sender, UintrError } from 'uintr';
import { LinePeer } from '../../support/line-peer.js';

async function main([program = '', abi = '']: readonly string[]): Promise<void> {
  const first = new Receiver();
  const fd = first.createFd(5);
  const sender = new Sender(fd);
  const foreign = new LinePeer(program, [abi], [fd.uvecFd]);
  await foreign.ask('send');
  console.log('first', first.poll());

  // A post to a masked receiver, which never takes it.
  first.clui();
  sender.send();
  first.close();
  try {
    sender.send();
  } catch (error) {
    console.log('old sender', error instanceof UintrError ? error.code : error);
  }
  await foreign.ask('send'); // no receiver takes this post: it stays in PIR

  const second = new Receiver();
  const heard: number[] = [];
  const fresh = new Sender(second.createFd(5));
  second.on('interrupt', (vector) => heard.push(vector));
  await sleep(20);
  try {
    sender.send();
  } catch (error) {
    console.log('old sender', error instanceof UintrError ? error.code : error);
  }
  await sleep(20);
  console.log('second', JSON.stringify(heard));
  fresh.send();
  await sleep(20);
  console.log('then', JSON.stringify(heard));
  second.close();
  await foreign.end();
}

void main(process.argv.slice(2));
