// The first receiver of this thread hands out vector 0, the second one hands out none. Prints
// whether the fence of the second is vector 1, as the uvec fds of this process say.
import { readdirSync, readFileSync } from 'node:fs';
import { Receiver } from 'uintr';

const first = new Receiver();
first.createFd(0);
first.close();
const second = new Receiver();
const vectors: (string | undefined)[] = []; // may still contain those of the first
for (const fd of readdirSync('/proc/self/fdinfo')) {
  let info = '';
  try {
    info = readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
  } catch {
    // The descriptor of the listing itself is closed by now.
  }
  vectors.push(/^(?:uintr: receiver: \d+ vector:|user_vector:)\s*(\d+)$/m.exec(info)?.[1]);
}
console.log(vectors.includes('1'));
second.close();
