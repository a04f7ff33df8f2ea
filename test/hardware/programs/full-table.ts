// Makes senders until the target table is full. Prints the error, and whether closing one makes room.
import { Receiver, Sender, UintrError } from 'uintr';

const receiver = new Receiver();
const senders: Sender[] = [];
try {
  for (let i = 0; i < 300; i++) senders.push(new Sender(receiver.createFd(9)));
} catch (error) {
  if (!(error instanceof UintrError)) throw error;
  console.log(senders.length, error.code, error.syscall);
}
senders[100]?.close();
new Sender(receiver.createFd(9)).send();
console.log(receiver.waitSync());
receiver.close();
