// The fence is still on its way when its vector is handed out: that is no interrupt of the new
// vector fd. Prints what came.
import { Receiver, Sender } from 'uintr';

const receiver = new Receiver();
const heard: number[] = [];
receiver.on('interrupt', (vector) => heard.push(vector));
setTimeout(() => {
  // Parked meanwhile, so a fence is under way.
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
