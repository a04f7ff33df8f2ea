// Makes ten senders of one vector fd and kills itself; the testbed counts the system calls.
// Argument: `some` closes all senders except for one before, `all` closes all, then makes and
// closes one more.
import { Receiver, Sender } from 'uintr';

const receiver = new Receiver();
const fd = receiver.createFd(5);
const senders = Array.from({ length: 10 }, () => new Sender(fd));
const last = senders.pop();
for (const sender of senders) {
  sender.close();
  last?.send();
  if (receiver.waitSync() !== 5) throw new Error('not interrupted');
}
if (process.argv[2] === 'all') {
  last?.close();
  const again = new Sender(fd);
  again.send();
  if (receiver.waitSync() !== 5) throw new Error('not interrupted');
  again.close();
}
process.kill(process.pid, 'SIGKILL');
