import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Receiver, Sender } from 'uintr';
import { closing } from '../support/closing.js';
import { settles } from '../support/settle.js';

// Loads the module from the very copy of the library under test.
const file = path.join(path.dirname(require.resolve('uintr')), 'core/last-post.js');
const { lastPost } = createRequire(__filename)(file) as { lastPost: Float64Array };

/** The kind of page that an address is in: proc_pid_maps(5). */
function pageAt(address: number): string | undefined {
  for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
    const [, from = '', to = '', name] = /^(\w+)-(\w+) .*memfd:(\S+)/.exec(line) ?? [];
    if (address >= Number.parseInt(from, 16) && address < Number.parseInt(to, 16)) return name;
  }
  return undefined;
}

describe('the address of the last post', () => {
  const use = closing();
  const SPIN_ONLY = { busyPollMicros: 1_000_000 };

  it('is a cache line of the sender’s vector page, and none where the CPU posts', () => {
    lastPost.fill(0);
    const receiver = use(new Receiver(SPIN_ONLY));
    const seen = [1, 40].map((vector) => {
      use(new Sender(receiver.createFd(vector))).send();
      return lastPost[0] ?? NaN;
    });
    const [first, second] = seen;
    if (receiver.backend === 'hardware') {
      assert.deepEqual(seen, [0, 0]);
    } else {
      assert.notEqual(first, second);
      assert.deepEqual(seen.map(pageAt), ['uintr-vector', 'uintr-vector']);
    }
  });

  // The receiver fetches that cache line for each interrupt that it takes.
  for (const [what, address] of [
    ['the page is gone', undefined],
    ['nothing was ever there', 4096],
  ] as const) {
    it(`does no harm where ${what}`, async () => {
      const receiver = use(new Receiver(SPIN_ONLY));
      const vectorFd = receiver.createFd(2);
      const sender = use(new Sender(receiver.createFd(1)));
      const gone = new Sender(vectorFd);
      gone.send();
      gone.close();
      vectorFd.close();
      const forget = (): void => {
        if (address !== undefined) lastPost[0] = address;
      };
      forget();
      assert.equal(receiver.waitSync(), 2);
      sender.send();
      forget();
      assert.equal(receiver.waitSync(), 1);
      let heard = 0;
      receiver.on('interrupt', () => {
        if (++heard < 10) sender.send();
        forget();
      });
      sender.send();
      await settles(() => {
        assert.equal(heard, 10);
      });
    });
  }
});
