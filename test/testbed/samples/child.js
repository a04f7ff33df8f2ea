// The forked child of node.js.
'use strict';
process.on('message', (n) => {
  process.send(n + 1);
  process.disconnect();
});
