// A C program without this library interrupts a Node.js program. Hardware only: the C program
// executes SENDUIPI itself. Compiles sender.c, starts it, and prints the interrupts that arrive.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { capabilities, Receiver } from 'uintr';

const { backend, reason, kernel } = capabilities();
if (backend !== 'hardware') {
  console.error(`c-sender needs the hardware backend, and it is not available: ${reason}`);
  process.exit(1);
}

const folder = mkdtempSync(path.join(tmpdir(), 'c-sender-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true });
});
const program = path.join(folder, 'sender');
const source = fileURLToPath(new URL('sender.c', import.meta.url));
execFileSync(process.env.CC ?? 'cc', ['-O2', '-muintr', '-o', program, source]); // GCC 11, Clang 12

// A foreign sender executes SENDUIPI and no more. foreignSenders asks the kernel to wake this
// thread, and looks for interrupts every millisecond because those kernels lose wake-ups.
const receiver = new Receiver({
  vectors: { tick: 5 },
  backend: 'hardware',
  foreignSenders: true,
});
const { uvecFd } = receiver.createFd('tick');
const sender = spawn(program, [kernel.abi], { stdio: ['pipe', 'inherit', 'inherit', uvecFd] });

let ticks = 0;
receiver.on('tick', () => {
  console.log(`tick ${++ticks} from C`);
  if (ticks < 3) sender.stdin.write('.');
  else sender.stdin.end();
});
sender.stdin.write('.'); // one byte is one post
sender.once('exit', (status) => {
  receiver.close();
  process.exitCode = status ?? 1;
});
