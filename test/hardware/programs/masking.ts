// Calls stui(), clui() and testui(), each of which is one instruction: the testbed counts them.
import { Receiver, Sender } from 'uintr';

const receiver = new Receiver();
const sender = new Sender(receiver.createFd(5));
const said: unknown[] = [receiver.testui()];
receiver.clui();
sender.send();
said.push(receiver.testui(), receiver.poll());
receiver.clui();
receiver.stui();
said.push(receiver.testui(), receiver.poll());
// The handler has run now, and its UIRET sets UIF.
sender.send();
said.push(receiver.poll(), receiver.testui());
receiver.close();
console.log(JSON.stringify(said));
