// The second receiver of this thread has handed out no vector yet, the first one had handed out
// vector 0: tells whether the second fences itself by vector 1, as the uvec fds of this process say.
import { readdirSync, readFileSync } from 'node:fs';
import { Receiver } from 'uintr';

const first = new Receiver();
first.createFd(0);
first.close();
const second = new Receiver();
const vectors: (string | undefined)[] = []; // those of the first may still be among them
for (const fd of readdirSync('/proc/self/fdinfo')) {
  let info = '';
  try {
    info = readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
  } catch {
    // That of the listing itself.
  }
  vectors.push(/^(?:uintr: receiver: \d+ vector:|user_vector:)\s*(\d+)$/m.exec(info)?.[1]);
}
console.log(vectors.includes('1'));
second.close();
