// What a program does with the package: posts, waits, and connects to itself. Says so when all is well.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { connect, Receiver, Sender } = require('uintr');

async function main() {
  const receiver = new Receiver({ vectors: { tick: 0, tock: 1 } });
  const sender = new Sender(receiver.createFd('tick'));
  sender.send();
  assert.equal(receiver.poll(), 0);
  sender.send();
  assert.equal(receiver.waitSync(60_000), 0);
  const ticked = once(receiver, 'tick');
  sender.send();
  await ticked;

  const address = path.join(os.tmpdir(), `uintr-consumer-${process.pid}.sock`);
  receiver.listen(address);
  const connection = await connect(address, { vectors: ['tock'] });
  const tocked = receiver.wait({ timeout: 60_000 });
  connection.send('tock');
  assert.equal(await tocked, 1);
  connection.close();
  sender.close();
  receiver.close();
  console.log('used');
}

void main();
