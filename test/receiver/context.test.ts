import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { turns } from '../support/settle.js';
import { execute } from '../support/testbed.js';

describe('the async context', function () {
  const use = closing();
  const storage = new AsyncLocalStorage<string>();

  for (const busyPollMicros of [0, 200]) {
    it(`follows the receiver’s creation in a listener (busy poll ${busyPollMicros})`, async () => {
      const receiver = storage.run('made', () => use(new Receiver({ busyPollMicros })));
      const heard: unknown[] = [];
      receiver.on('interrupt', () => heard.push(storage.getStore()));
      const sender = use(new Sender(receiver.createFd(1)));
      storage.run('sent', () => {
        sender.send();
      });
      await turns();
      assert.deepEqual(heard, ['made']);
    });
  }

  // A flag gives Node.js 22 the implementation of 24, and the other way round.
  const flags = ['--experimental-async-context-frame', '--no-async-context-frame'];
  for (const flag of flags.filter((each) => process.allowedNodeEnvironmentFlags.has(each))) {
    it(`follows the receiver’s creation in a listener with ${flag}`, async () => {
      const { stdout, stderr } = await execute([process.execPath, flag, fixture('context')]);
      assert.equal(stdout, 'made\n', stderr);
    });
  }

  it('follows the caller in wait()', async () => {
    const receiver = storage.run('made', () => use(new Receiver()));
    const sender = use(new Sender(receiver.createFd(1)));
    const waits = ['first', 'second'].map((name) =>
      storage.run(name, async () => {
        await receiver.wait();
        return storage.getStore();
      }),
    );
    sender.send();
    await turns();
    sender.send();
    assert.deepEqual(await Promise.all(waits), ['first', 'second']);
  });

  it('follows the loop in an iteration over the receiver', async () => {
    const receiver = storage.run('made', () => use(new Receiver()));
    use(new Sender(receiver.createFd(1))).send();
    await storage.run('loop', async () => {
      for await (const vector of receiver) {
        assert.equal(vector, 1);
        assert.equal(storage.getStore(), 'loop');
        break;
      }
    });
  });

  it('follows its object’s creation in a disconnect listener', async () => {
    const receiver = storage.run('receiver', () => use(new Receiver()));
    const kept = receiver.createFd(1);
    const sender = storage.run('sender', () => use(new Sender(kept)));
    const dropped = receiver.createFd(2);
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      dropped.on('disconnect', () => {
        heard.push(storage.getStore());
        resolve();
      });
      dropped.close();
    });
    await new Promise<void>((resolve) => {
      sender.on('disconnect', () => {
        heard.push(storage.getStore());
        resolve();
      });
      receiver.close();
    });
    assert.deepEqual(heard, ['receiver', 'sender']);
  });

  for (const hook of ['before', 'after']) {
    for (const busyPollMicros of [0, 1000]) {
      for (const how of ['close', 'remove']) {
        it(`may ${how} from a hook ${hook} a delivery (busy poll ${busyPollMicros})`, () => {
          const { status, signal, stdout, stderr } = spawnSync(
            process.execPath,
            [fixture('closing-hook'), hook, String(busyPollMicros), how],
            { encoding: 'utf8', timeout: PATIENCE_MS },
          );
          assert.deepEqual([status, signal, stderr], [0, null, '']);
          const end = JSON.parse(stdout) as Record<'sent' | 'heard' | 'pending', number>;
          // A closed receiver has nothing pending.
          if (how === 'remove') assert.equal(end.heard + end.pending, end.sent);
          else assert.ok(end.heard <= end.sent);
        });
      }
    }
  }
});
