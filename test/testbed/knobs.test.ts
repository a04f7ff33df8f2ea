import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PATIENCE_MS } from '../support/patience.js';
import { run, type Stats, workshop } from '../support/testbed.js';

describe('the user-interrupt testbed: knobs', function () {
  this.timeout(2 * PATIENCE_MS);
  const sample = workshop('test/testbed/samples', 'blocked', 'selftest', 'talk');

  const selftest = async (...knobs: string[]): Promise<string[]> => {
    const result = await run('uintr-next', [sample('selftest'), 'uintr-next'], { knobs });
    assert.equal(result.code, 0, result.stderr);
    return result.stdout.trim().split('\n');
  };

  it('none: everything works', async () => {
    assert.deepEqual(await selftest(), ['WAITING flags accepted', 'delivered at once']);
  });

  it('--no-delivery', async () => {
    assert.deepEqual(await selftest('--no-delivery'), [
      'WAITING flags accepted',
      'never delivered',
    ]);
  });

  it('--delay-notification', async () => {
    const lines = await selftest('--delay-notification=20000');
    assert.equal(lines[1], 'delivered late');
  });

  it('--late-delivery', async () => {
    const lines = await selftest('--late-delivery');
    assert.deepEqual(lines.slice(1), [
      'delivered late',
      'delivered on the return from a system call',
    ]);
  });

  it('--refuse-waiting-flags', async () => {
    assert.equal((await selftest('--refuse-waiting-flags'))[0], 'WAITING flags refused');
  });

  it('--racy-registration', async () => {
    assert.ok((await selftest('--racy-registration')).includes('the same index twice'));
  });

  it('--lose-blocked-wakeups', async () => {
    const command = ['timeout', '1', sample('blocked'), 'uintr-next', 'read', '0x1000'];
    const result = await run('uintr-next', command, { knobs: ['--lose-blocked-wakeups'] });
    assert.equal(result.code, 124); // of timeout(1)
  });

  it('--stats', async () => {
    const file = sample('stats.json');
    await run('rfc-v1', [sample('talk'), 'rfc-v1'], { knobs: [`--stats=${file}`] });
    const stats = JSON.parse(readFileSync(file, 'utf8')) as Stats;
    assert.deepEqual(
      [stats.abi, stats.senduipi, stats.notifications, stats.deliveries],
      ['rfc-v1', 1, 1, 1],
    );
    assert.equal(stats.systemCalls['register_handler'], 1);
  });
});
