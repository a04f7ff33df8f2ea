// process.execve() finds the hardware receiver closed. A stand-in takes its place, because Node.js
// 20 has no execve (execve.ts has the real one). Prints what the stand-in saw, for each receiver.
import { Receiver, Sender, UintrError } from 'uintr';

let receiver: Receiver;
const standIn = (file: string, ...rest: unknown[]): void => {
  let state = 'open';
  try {
    receiver.poll();
  } catch (error) {
    state = error instanceof UintrError ? error.code : 'failed';
  }
  console.log(state, file, rest.length);
};
Reflect.set(process, 'execve', standIn);
const execve = (...args: unknown[]): unknown =>
  (Reflect.get(process, 'execve') as (...args: unknown[]) => unknown).call(process, ...args);

receiver = new Receiver();
const sender = new Sender(receiver.createFd(5));
execve('/bin/true', ['true'], {});
try {
  sender.send();
} catch (error) {
  console.log(error instanceof UintrError ? error.code : 'failed');
}
receiver = new Receiver();
receiver.close();
console.log(Reflect.get(process, 'execve') === standIn);
// Several, closed in another order than opened: all are found closed, and nothing stays behind.
const first = new Receiver();
const [second, third] = [new Receiver(), new Receiver()];
first.close();
receiver = second;
execve('/bin/true');
receiver = third;
execve('/bin/true');
console.log(Reflect.get(process, 'execve') === standIn);
receiver = new Receiver({ backend: 'software' });
execve('/bin/true');
receiver.close();
