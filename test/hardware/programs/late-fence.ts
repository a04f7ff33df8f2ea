// The receiver hands out the vector of the fence while the fence is on its way: the fence is no
// interrupt of the new vector fd. Prints the interrupts.
import { Receiver, Sender } from 'uintr';

const receiver = new Receiver();
const heard: number[] = [];
receiver.on('interrupt', (vector) => heard.push(vector));
setTimeout(() => {
  // The receiver has parked meanwhile, so a fence is on its way.
  const sender = new Sender(receiver.createFd(0));
  setTimeout(() => {
    console.log('before', JSON.stringify(heard));
    sender.send();
    setTimeout(() => {
      console.log('after', JSON.stringify(heard));
      receiver.close();
    }, 50);
  }, 50);
}, 3);
