import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uintr } from '../support/command.js';
import { root } from '../support/testbed.js';

const EXIT_USAGE = 64;

describe('uintr', function () {
  it('says its version', async () => {
    const text = readFileSync(join(root, 'package.json'), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    const { stdout, code } = await uintr(['--version']);
    assert.deepEqual([stdout, code], [`${version}\n`, 0]);
  });

  for (const command of ['', 'doctor', 'bench', 'build']) {
    it(`prints its help: ${command === '' ? 'by itself' : command}`, async () => {
      const { stdout, stderr, code } = await uintr([command, '--help'].filter(Boolean));
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^Usage: uintr ${command || '<command>'}( |$)`, 'm'));
    });
  }

  const wrong = [
    [],
    ['docter'],
    ['doctor', '--jsn'],
    ['bench', '--jsn'],
    ['build', '--jsn'],
    ['bench', '--mode', 'three cores'],
    ['bench', '--only', '('],
    ['bench', '-r', '0'],
    ['bench', '-n', '1.5'],
  ];
  for (const args of wrong) {
    it(`says what is wrong and fails: uintr ${args.join(' ')}`, async () => {
      const { stdout, stderr, code } = await uintr(args);
      assert.deepEqual([stdout, code], ['', EXIT_USAGE]);
      assert.ok(stderr.includes(args.at(-1) ?? 'Usage'), stderr);
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }
});
