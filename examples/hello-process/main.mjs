// A child process interrupts its parent, once. The parent hears about the end of the child, too.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inherit, Receiver } from 'uintr';

const receiver = new Receiver({ vectors: { hello: 0 } });
const hello = receiver.createFd('hello');
receiver.once('hello', () => {
  console.log(`hello, by the ${receiver.backend} backend`);
});
const child = fileURLToPath(new URL('child.mjs', import.meta.url));
spawn(process.execPath, [child], inherit({ hello })); // passes the descriptor by stdio
hello.close(); // this copy: now the child is the last holder
hello.once('disconnect', () => {
  console.log('the child is gone');
});
