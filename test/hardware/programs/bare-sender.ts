// Sends through a bare uvec fd: descriptor 3, or what comes over the Unix socket that is
// descriptor 3. Argument: fd, socket or exited.
import { closeSync } from 'node:fs';
import { FdSocket, Sender, UintrError } from 'uintr';

const how = process.argv[2];
let fd = 3;
if (how === 'socket') fd = new FdSocket(3).receiveSync(10_000)?.fds[0] ?? -1;
try {
  const sender = new Sender(fd);
  const second = new Sender(fd); // shares the connection
  closeSync(fd); // the sender has its own
  sender.close();
  second.send();
  console.log('sent', second.vector);
  second.close();
} catch (error) {
  if (!(error instanceof UintrError)) throw error;
  console.log(error.code, error.syscall);
}
