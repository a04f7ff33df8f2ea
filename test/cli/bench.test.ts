import assert from 'node:assert/strict';
import { uintr } from '../support/command.js';
import { boundMs } from '../support/testbed.js';

const least = ['--quick', '--mode', 'one core', '-r', '1', '-n', '100'];
const software = { UINTR_BACKEND: 'software' };

describe('uintr bench', function () {
  this.timeout(boundMs);

  it('measures us beside another', async () => {
    const args = ['bench', ...least, '--only', 'uintr event loop|MessagePort'];
    const { stdout, stderr, code } = await uintr(args, { env: software });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /> uintr event loop\b.*threads/);
    assert.match(stdout, /^│ +MessagePort /m);
  });

  it('leaves out what is written in C, and says so, where there is no compiler', async () => {
    const args = ['bench', ...least, '--only', 'uintr event loop|C futex'];
    const env = { ...software, CC: 'there-is-no-such-compiler' };
    const { stdout, stderr, code } = await uintr(args, { env });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /> uintr event loop\b/);
    assert.match(stdout, /^Left out, no C compiler.*: C futex/m);
  });
});
