// Sends through a bare uvec fd: descriptor 3, or the first descriptor that comes over the Unix
// socket 3. In the second case it keeps its copy until the socket ends. Argument: fd, socket or
// exited.
import { closeSync } from 'node:fs';
import { FdSocket, Sender, UintrError } from 'uintr';

const how = process.argv[2];
const socket = how === 'socket' ? new FdSocket(3) : undefined;
const fd = socket === undefined ? 3 : (socket.receiveSync(10_000)?.fds[0] ?? -1);
try {
  const sender = new Sender(fd);
  const second = new Sender(fd); // shares the connection
  closeSync(fd); // the sender has a copy
  sender.close();
  second.send();
  console.log('sent', second.vector);
  socket?.receiveSync(10_000);
  second.close();
} catch (error) {
  if (!(error instanceof UintrError)) throw error;
  console.log(error.code, error.syscall);
}
