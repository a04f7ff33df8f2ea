// Sends through a bare uvec fd: descriptor 3, or the first descriptor that comes over the Unix
// socket 3. In the second case it keeps its copy until the socket ends. Argument: fd, socket or
// exited.
import { closeSync } from 'node:fs';
import { FdSocket, Sender, UintrError } from 'uintr';
import { PATIENCE_MS } from '../../support/patience.js';

const how = process.argv[2];
const socket = how === 'socket' ? new FdSocket(3) : undefined;
const fd = socket === undefined ? 3 : (socket.receiveSync(PATIENCE_MS)?.fds[0] ?? -1);
try {
  const sender = new Sender(fd);
  const second = new Sender(fd); // shares the connection
  closeSync(fd); // the sender has a copy
  sender.close();
  second.send();
  console.log('sent', second.vector);
  socket?.receiveSync(PATIENCE_MS);
  second.close();
} catch (error) {
  if (!(error instanceof UintrError)) throw error;
  console.log(error.code, error.syscall);
}
