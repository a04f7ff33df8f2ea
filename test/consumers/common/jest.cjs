/* global jest, test */
'use strict';

const assert = require('node:assert/strict');
const suite = require('./suite.cjs');
const uintr = require('uintr');

suite(uintr, {
  test,
  fake: () => jest.useFakeTimers(),
  unfake: () => jest.useRealTimers(),
});

test('works again after resetModules()', async () => {
  jest.resetModules();
  const again = require('uintr');
  assert.notEqual(again, uintr);
  const receiver = new again.Receiver({ vectors: { tick: 5 } });
  const sender = new uintr.Sender(receiver.createFd('tick').fd);
  const waited = receiver.wait({ timeout: 60_000 });
  sender.send();
  assert.equal(await waited, 5);
  assert.throws(() => new again.Sender(0), again.UintrError);
  receiver.close();
  assert.throws(() => receiver.poll(), { code: 'ERR_UINTR_CLOSED' });
});
