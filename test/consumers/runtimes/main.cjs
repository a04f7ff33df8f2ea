// Runtimes without libuv: the package loads, says why it cannot serve, and throws what can be caught.
'use strict';

const assert = require('node:assert/strict');
const { capabilities, connect, Receiver, Sender } = require('uintr');

const { backend, reason } = capabilities();
assert.equal(backend, null);
assert.match(reason, /libuv.*; this is (Bun|Deno) \d/);
const unsupported = { name: 'UintrError', code: 'ERR_UINTR_UNSUPPORTED_PLATFORM', message: reason };
assert.throws(() => new Receiver(), unsupported);
assert.throws(() => new Sender(3), unsupported);
assert.rejects(connect('/nonexistent', { vectors: [0] }), unsupported).then(() => {
  console.log('refused');
});
