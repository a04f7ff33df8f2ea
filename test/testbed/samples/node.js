// Does much of what a Node.js service does. The test expects every line that it prints.
'use strict';
const { Worker } = require('node:worker_threads');
const cp = require('node:child_process');
const fs = require('node:fs');
const { setTimeout } = require('node:timers');

const worker = new Worker(
  'const { parentPort: p } = require("node:worker_threads");' +
    'p.once("message", (n) => p.postMessage(n * 2));',
  { eval: true },
);
worker.on('message', (n) => console.log('worker', n));
worker.on('exit', (code) => console.log('worker exit', code));
worker.postMessage(21);
const endless = new Worker('for (;;);', { eval: true });
endless.on('online', () => endless.terminate().then((code) => console.log('terminated', code)));
process.once('SIGUSR1', () => console.log('signal'));
setTimeout(() => process.kill(process.pid, 'SIGUSR1'), 20);
setTimeout(() => console.log('timer'), 40);
cp.execFile('sh', ['-c', 'echo child; exec echo grandchild'], (error, out) =>
  console.log(error, out.trim().split('\n').join('+')),
);
console.log(cp.spawnSync('cat', { input: 'x'.repeat(100000) }).stdout.length);
const forked = cp.fork(require.resolve('./child.js'));
forked.on('message', (n) => console.log('forked', n));
forked.on('exit', (code, signal) => console.log('forked exit', code, signal));
forked.send(1);
const sleeper = cp.spawn('sleep', ['60'], { env: { PATH: process.env.PATH } });
sleeper.on('spawn', () => sleeper.kill());
sleeper.on('exit', (code, signal) => console.log('killed', code, signal));
fs.promises
  .readFile(require.resolve('./child.js'))
  .then((data) => console.log('file', data.length > 10));
const wasm = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102,
  0, 0, 10, 13, 1, 11, 0, 65, 255, 255, 255, 255, 7, 40, 2, 0, 11,
]);
globalThis.WebAssembly.instantiate(wasm).then(({ instance }) => {
  try {
    instance.exports.f();
  } catch (error) {
    console.log('wasm', error.message);
  }
});
