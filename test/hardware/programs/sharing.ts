// Ten senders of one vector fd. `some`: all but one closed, then killed. `all`: all closed, and one
// more made and closed; then killed. The testbed counts the system calls.
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
