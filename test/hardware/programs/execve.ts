// A receiver executes another program by process.execve(), and a child that has a sender posts
// afterwards. The new program prints what the child writes to the FIFO. Argument: the FIFO.
import { spawn } from 'node:child_process';
import { readSync, writeFileSync } from 'node:fs';
import { Receiver, Sender, UintrError } from 'uintr';

const [, , fifo = '', role] = process.argv;

function receive(): void {
  const receiver = new Receiver();
  const { fd } = receiver.createFd(5);
  const child = spawn(process.execPath, [__filename, fifo, 'sender'], {
    stdio: ['pipe', 'pipe', 'inherit', fd],
  });
  child.stdout?.once('data', () => {
    const execve = Reflect.get(process, 'execve') as (...args: unknown[]) => never;
    const program = ['timeout', '20', 'cat', fifo]; // the child may die before it writes
    execve.call(process, '/usr/bin/timeout', program, process.env);
  });
}

function send(): void {
  const sender = new Sender(3);
  process.stdout.write('ready');
  // Waits for the execve, which closes the parent's end of standard input. Not in the event loop,
  // where the sender would learn that the receiver is gone.
  readSync(0, Buffer.alloc(1));
  let outcome = 'sent';
  try {
    sender.send();
  } catch (error) {
    outcome = error instanceof UintrError ? error.code : 'failed';
  }
  writeFileSync(fifo, `${outcome}\n`);
}

if (role === 'sender') send();
else receive();
