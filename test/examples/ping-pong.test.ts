import assert from 'node:assert/strict';
import { capabilities } from 'uintr';
import { checkPingPong, compiled } from '../support/examples.js';
import { execute, type Result } from '../support/testbed.js';

const pingPong = (...args: string[]): Promise<Result> =>
  execute([process.execPath, compiled('ping-pong/main'), ...args]);

describe('the ping-pong example', function () {
  it('measures each way of waiting, in threads and processes, beside what Node has', async () => {
    const { code, stdout, stderr } = await pingPong('--rounds', '300');
    assert.equal(code, 0, stderr);
    checkPingPong(stdout);
  });

  it('says which backend it uses, and why', async () => {
    const { backend, reason } = capabilities();
    const { code, stdout, stderr } = await pingPong('--backend', 'software', '--rounds', '1');
    assert.equal(code, 0, stderr);
    const why = backend === 'software' ? '' : ', as told; auto takes hardware';
    const [header = ''] = stdout.split('\n');
    assert.equal(header, `Node ${process.version}, software backend${why}: ${reason}`);
  });

  it('says why there is no hardware', async () => {
    const { code, stdout, stderr } = await pingPong('--backend', 'hardware');
    assert.deepEqual([code, stdout], [1, '']);
    const { reason } = capabilities();
    assert.equal(stderr, `ping-pong: the hardware backend is not available: ${reason}\n`);
  });

  it('prints its options', async () => {
    const { code, stdout } = await pingPong('--help');
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: ping-pong .*\n[^]*--backend [^]*--rounds /);
  });

  for (const wrong of [['--mode', 'loop'], ['--backend', 'fast'], ['--rounds', 'many'], ['1']]) {
    it(`answers ${wrong.join(' ')} with its usage and status 64`, async () => {
      const { code, stdout, stderr } = await pingPong(...wrong);
      assert.deepEqual([code, stdout], [64, '']);
      assert.match(stderr, /^ping-pong: .*\n\nUsage: ping-pong /);
      assert.ok(stderr.includes(wrong.at(-1) ?? '') || stderr.includes(wrong[0] ?? ''), stderr);
    });
  }
});
