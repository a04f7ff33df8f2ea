import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, listen, type ListenOptions, Receiver, type Rendezvous } from 'uintr';
import { folder } from '../support/addresses.js';
import { closing } from '../support/closing.js';
import { collect } from '../support/collect.js';
import { leavesNothing } from '../support/leaks.js';
import { settles } from '../support/settle.js';

const VECTORS = { tick: 1, stop: 63 } as const;

describe('listen', () => {
  const use = closing();
  const file = folder();

  const ways: readonly (readonly [
    title: string,
    (
      receiver: Receiver<typeof VECTORS>,
      address: string,
      options?: ListenOptions<'tick' | 'stop'>,
    ) => Rendezvous<'tick' | 'stop'>,
  ])[] = [
    ['listen(receiver, address)', listen],
    ['receiver.listen(address)', (receiver, ...args) => receiver.listen(...args)],
  ];

  for (const [title, way] of ways) {
    describe(title, () => {
      it('lets peers find the receiver', async () => {
        const receiver = use(new Receiver({ vectors: VECTORS }));
        const rendezvous = way(receiver, file('socket'), { vectors: ['tick'] });
        assert.equal(rendezvous.address, file('socket'));
        const connection = use(await connect(file('socket'), { vectors: ['tick'] }));
        connection.send('tick');
        assert.equal(await receiver.wait(), 1);
        await settles(() => {
          assert.equal(rendezvous.connections, 1);
        });
      });

      it('returns a rendezvous that closes with the receiver', async () => {
        const receiver = use(new Receiver({ vectors: VECTORS }));
        const both = [way(receiver, file('first')), way(receiver, file('second'))];
        const closed = both.map((rendezvous) => once(rendezvous, 'close'));
        receiver.close();
        for (const name of ['first', 'second']) assert.equal(existsSync(file(name)), false);
        await Promise.all(closed);
      });

      it('throws for a closed receiver, and makes no file', async () => {
        const receiver = use(new Receiver({ vectors: VECTORS }));
        receiver.close();
        await leavesNothing(() => {
          assert.throws(() => way(receiver, file('socket')), { code: 'ERR_UINTR_CLOSED' });
        });
        assert.equal(existsSync(file('socket')), false);
      });
    });
  }

  it('keeps nothing of a rendezvous that has closed before the receiver', async () => {
    const receiver = use(new Receiver({ vectors: VECTORS }));
    const open = async (): Promise<WeakRef<Rendezvous>> => {
      const rendezvous = listen(receiver, file('socket'));
      const closed = once(rendezvous, 'close');
      rendezvous.close();
      await closed;
      return new WeakRef<Rendezvous>(rendezvous as unknown as Rendezvous);
    };
    const rendezvous = await open();
    await settles(() => {
      collect();
      assert.equal(rendezvous.deref(), undefined);
    });
    assert.equal(receiver.poll(), -1);
  });

  it('refuses what is no receiver', () => {
    for (const receiver of [undefined, null, 5, {}, file]) {
      assert.throws(() => listen(receiver as Receiver, file('socket')), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
  });

  it('is a method that for...in does not see', () => {
    assert.equal(Object.keys(Receiver.prototype).includes('listen'), false);
  });
});
