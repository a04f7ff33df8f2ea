// The types are the test: this file does not compile when a wrong line is accepted or a right one
// refused.
import assert from 'node:assert/strict';
import {
  type Backend,
  Receiver,
  type ReceiverOptions,
  Sender,
  SharedMemory,
  type SharedMemoryAccess,
  VectorFd,
} from 'uintr';
import { closing } from './support/closing.js';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** exactly<Type>()(value, true) compiles when the type of the value is just that. */
const exactly =
  <Expected>() =>
  <Actual>(_value: Actual, same: Same<Actual, Expected>): void => {
    assert.ok(same);
  };

describe('the types', () => {
  const use = closing();

  it('know the names of the vectors', () => {
    const receiver = use(new Receiver({ vectors: { tick: 0, stop: 63 } }));
    receiver.createFd('tick');
    receiver.createFd(5);
    assert.throws(() => {
      // @ts-expect-error -- no such name
      receiver.createFd('tock');
    });
    receiver.on('tick', () => {});
    receiver.once('stop', () => {});
    receiver.on('interrupt', (vector, name) => {
      exactly<number>()(vector, true);
      exactly<'tick' | 'stop' | undefined>()(name, true);
    });
    // @ts-expect-error -- no such event
    receiver.on('tock', () => {});
    // @ts-expect-error -- the event of a name has no arguments
    receiver.on('tick', (vector: number) => vector);
    // @ts-expect-error -- the vector is a number
    receiver.on('interrupt', (vector: string) => vector);
  });

  it('know that there are no names without the option', () => {
    const receiver = use(new Receiver());
    receiver.on('interrupt', (vector, name) => {
      exactly<number>()(vector, true);
      exactly<undefined>()(name, true);
    });
    assert.throws(() => {
      // @ts-expect-error -- no vector has a name
      receiver.createFd('tick');
    });
    // @ts-expect-error -- no such event
    receiver.on('tick', () => {});
  });

  it('know shared memory', () => {
    const memory = use(new SharedMemory(4, { name: 'uintr-types' }));
    exactly<number>()(memory.byteLength, true);
    exactly<SharedArrayBuffer | ArrayBuffer>()(memory.buffer, true);
    const access: SharedMemoryAccess = 'read';
    exactly<SharedMemory>()(use(SharedMemory.open(memory.fd, { access })), true);
    assert.throws(() => {
      // @ts-expect-error -- no such access
      SharedMemory.open(memory.fd, { access: 'write' });
    });
    assert.throws(() => {
      // @ts-expect-error -- how open() makes one is internal
      new SharedMemory({});
    });
    assert.throws(() => {
      // @ts-expect-error -- it is read-only
      memory.buffer = new SharedArrayBuffer(4);
    });
  });

  it('know results and options', async () => {
    const receiver = use(new Receiver({ backend: 'auto', busyPollMicros: 0 }));
    exactly<Backend>()(receiver.backend, true);
    const fd = receiver.createFd(1);
    exactly<VectorFd>()(fd, true);
    exactly<Int32Array | undefined>()(fd.pending, true);
    fd.on('disconnect', () => {});
    // @ts-expect-error -- no such event
    fd.on('connect', () => {});
    const sender = use(new Sender(fd));
    use(new Sender(fd.fd));
    sender.on('disconnect', () => {});
    // @ts-expect-error -- no arguments
    sender.on('disconnect', (why: string) => why);
    sender.send();
    const vector = await receiver.wait({ timeout: 5, signal: new AbortController().signal });
    exactly<number>()(vector, true);
    sender.send();
    for await (const next of receiver) {
      exactly<number>()(next, true);
      break;
    }
  });

  it('refuse wrong options', () => {
    // @ts-expect-error -- no such backend
    const backend: ReceiverOptions<Record<never, number>> = { backend: 'quantum' };
    // @ts-expect-error -- a vector is a number
    const vectors: ReceiverOptions<Record<'tick', number>> = { vectors: { tick: '0' } };
    assert.throws(() => new Receiver(backend));
    assert.throws(() => new Receiver(vectors));
    // @ts-expect-error -- not a vector fd
    assert.throws(() => new Sender('3'));
  });
});
