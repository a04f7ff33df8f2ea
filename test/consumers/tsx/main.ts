// TypeScript without a compiler.
import { Receiver, Sender } from 'uintr';

const receiver = new Receiver({ vectors: { tick: 0 } });
const sender: Sender = new Sender(receiver.createFd('tick'));
receiver.once('tick', () => {
  console.log('used');
  receiver.close();
});
sender.send();
