import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { inspect } from 'node:util';
import { Receiver, Sender, type VectorFd } from 'uintr';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { invalidType, invalidValue, outOfRange, wrong, WRONG_FDS } from '../support/wrong.js';

describe('a wrong argument', () => {
  const use = closing();

  for (const [vector, expected] of [
    [-1, outOfRange],
    [64, outOfRange],
    [1.5, outOfRange],
    [NaN, outOfRange],
    [Infinity, outOfRange],
    [2 ** 32, outOfRange],
    ['tock', invalidValue],
    ['', invalidValue],
    ['constructor', invalidValue],
    ['0', invalidValue],
    [undefined, invalidType],
    [null, invalidType],
    [5n, invalidType],
    [{}, invalidType],
    [Symbol('tick'), invalidType],
  ] as const) {
    it(`is refused by createFd: ${inspect(vector)}`, async () => {
      const receiver = use(new Receiver({ vectors: { tick: 0 } }));
      await leavesNothing(() => {
        assert.throws(() => receiver.createFd(wrong(vector)), expected);
      });
      receiver.createFd('tick');
    });
  }

  for (const [timeout, expected] of [
    [-1, outOfRange],
    [NaN, outOfRange],
    [Infinity, outOfRange],
    [2 ** 31, outOfRange],
    [1e300, outOfRange],
    ['5', invalidType],
    [null, invalidType],
    [5n, invalidType],
  ] as const) {
    it(`is refused by waitSync and wait as a timeout: ${inspect(timeout)}`, async () => {
      const receiver = use(new Receiver());
      const sender = use(new Sender(receiver.createFd(1)));
      sender.send();
      assert.throws(() => receiver.waitSync(wrong(timeout)), expected);
      await assert.rejects(receiver.wait({ timeout: wrong(timeout) }), expected);
      assert.equal(receiver.waitSync(2 ** 31 - 1), 1); // the vector was not taken
    });
  }

  it('is refused by wait as options or as a signal', async () => {
    const receiver = use(new Receiver());
    for (const options of [null, 5, 'x']) {
      await assert.rejects(receiver.wait(wrong(options)), invalidType);
    }
    for (const signal of [null, 5, {}]) {
      await assert.rejects(receiver.wait({ signal: wrong(signal) }), invalidType);
    }
  });

  for (const [options, expected] of [
    [null, invalidType],
    [5, invalidType],
    [{ vectors: null }, invalidType],
    [{ vectors: { tick: '0' } }, invalidType],
    [{ vectors: { tick: 64 } }, outOfRange],
    [{ vectors: { tick: -1 } }, outOfRange],
    [{ vectors: { tick: 0.5 } }, outOfRange],
    [{ vectors: { tick: 1, tock: 1 } }, invalidValue],
    [{ vectors: { interrupt: 1 } }, invalidValue],
    [{ vectors: { error: 1 } }, invalidValue],
    [{ vectors: { close: 1 } }, invalidValue],
    [{ vectors: { newListener: 1 } }, invalidValue],
    [{ busyPollMicros: -1 }, outOfRange],
    [{ busyPollMicros: NaN }, outOfRange],
    [{ busyPollMicros: Infinity }, outOfRange],
    [{ busyPollMicros: '5' }, invalidType],
    [{ busyPollMicros: true }, invalidType],
    [{ burst: 0 }, outOfRange],
    [{ burst: 1001 }, outOfRange],
    [{ burst: 1.5 }, outOfRange],
    [{ burst: '5' }, invalidType],
    [{ backend: 'quantum' }, invalidValue],
    [{ backend: 5 }, invalidValue],
    [{ foreignSenders: 'yes' }, invalidType],
    [{ foreignSenders: 1 }, invalidType],
  ] as const) {
    it(`is refused by new Receiver: ${inspect(options)}`, async () => {
      await leavesNothing(() => {
        assert.throws(() => new Receiver(wrong<object>(options)), expected);
      });
    });
  }

  for (const [target, expected] of WRONG_FDS) {
    it(`is refused by new Sender: ${inspect(target)}`, async () => {
      await leavesNothing(() => {
        assert.throws(() => new Sender(wrong(target)), expected);
      });
    });
  }
});

describe('a closed descriptor', () => {
  const use = closing();

  it('is EBADF from recvmsg', async () => {
    const fd = openSync('/dev/null', 'r');
    closeSync(fd);
    await leavesNothing(() => {
      assert.throws(() => new Sender(fd), {
        name: 'UintrError',
        code: 'EBADF',
        errno: -9,
        syscall: 'recvmsg',
        message: /^EBADF: .*, recvmsg$/,
      });
    });
  });

  it('is ERR_UINTR_CLOSED where it was a VectorFd', () => {
    const receiver = use(new Receiver());
    const fd: VectorFd = receiver.createFd(1);
    fd.close();
    assert.throws(() => new Sender(fd), { name: 'UintrError', code: 'ERR_UINTR_CLOSED' });
  });
});
