// The program of the executable. Its own require() knows the modules of Node alone.
'use strict';

const { createRequire } = require('node:module');
const { Receiver, Sender } = createRequire(process.execPath)('uintr');

const receiver = new Receiver();
const sender = new Sender(receiver.createFd(7));
sender.send();
console.log(receiver.poll() === 7 ? 'used' : 'lost');
receiver.close();
