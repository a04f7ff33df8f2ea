// Runs JIT code, garbage collection, vector code and a worker; the result must not change.
'use strict';
const { createHash } = require('node:crypto');
const { setTimeout } = require('node:timers');
const { Worker } = require('node:worker_threads');
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
const items = [];
for (let i = 0, x = 12345; i < 200000; i++) {
  x = (x * 1103515245 + 12345) & 0x7fffffff;
  items.push({ key: x, value: x / 3.7 });
}
items.sort((a, b) => a.key - b.key);
let sum = 0;
for (const item of items) sum += item.value * 1.000001;
const hash = createHash('sha256');
for (let i = 0; i < 200; i++) hash.update(JSON.stringify(items.slice(i * 10, i * 10 + 500)));
const results = [fib(28), sum, hash.digest('hex')];
const source = 'require("node:worker_threads").parentPort.postMessage([1, 2, 3].map((n) => n * 2))';
new Worker(source, { eval: true }).on('message', (message) => {
  results.push(message);
  setTimeout(() => console.log(JSON.stringify(results)), 20);
});
