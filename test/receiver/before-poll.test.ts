// What one receiver's listener does while another receiver of the thread is ready for the event
// loop's poll.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before } from 'mocha';
import { folder } from '../support/addresses.js';
import { compileCpp } from '../support/cpp.js';
import { fixture } from '../support/remote.js';
import { execute, root } from '../support/testbed.js';

describe('a receiver that is used just before the loop’s poll', function () {
  const built = folder('all');
  let addon = '';

  before(() => {
    addon = built('before_poll.node');
    const include = path.join(path.dirname(process.execPath), '../include/node');
    const source = path.join(root, 'test/fixtures/before_poll.cc');
    const { status, stderr } = compileCpp(source, addon, '-fPIC', '-shared', `-I${include}`);
    assert.equal(status, 0, stderr);
  });

  async function hears(action: string, ...args: readonly string[]): Promise<void> {
    const result = await execute([process.execPath, fixture('before-poll'), action, ...args]);
    assert.deepEqual([result.stdout, result.code], [`${action} 9 1\n`, 0], result.stderr);
  }

  it('by another receiver’s listener, which then masks that one, is woken', async () => {
    await hears('waitSync');
  });

  for (const action of ['waitSync', 'on', 'wait', 'stui']) {
    it(`by another addon is woken: ${action}`, async () => {
      await hears(action, addon);
    });
  }
});
