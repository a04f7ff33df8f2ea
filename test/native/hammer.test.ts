import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { before } from 'mocha';
import { folder } from '../support/addresses.js';
import { compileCpp } from '../support/cpp.js';
import { PATIENCE_MS } from '../support/patience.js';
import { root } from '../support/testbed.js';

const source = path.join(root, 'test/native/hammer.cc');

describe('native/protocol/post.h by itself', function () {
  const file = folder('all');
  const PLAIN = 'hammer';
  const SANITIZED = 'hammer-tsan';

  const compile = (program: string, ...flags: string[]): boolean => {
    const { status, stderr } = compileCpp(source, file(program), ...flags);
    if (flags.length === 0) assert.equal(status, 0, stderr);
    return status === 0;
  };
  const run = (program: string, ...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(file(program), args, { encoding: 'utf8', timeout: PATIENCE_MS });

  before(() => {
    compile(PLAIN);
  });

  for (const how of ['futex', 'eventfd']) {
    it(`loses no wake-up by ${how} between three senders and a receiver`, () => {
      const { status, stdout, stderr } = run(PLAIN, how, '50000');
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '0 lost\n', stderr: '' });
    });

    it(`has no data race by ${how} (ThreadSanitizer)`, function () {
      if (!compile(SANITIZED, '-fsanitize=thread', '-Wno-tsan')) this.skip(); // there is no libtsan
      const works = run(SANITIZED, how, '1');
      // A kernel whose address space is more random than this version of libtsan can take.
      if (String(works.stderr).includes('unexpected memory mapping')) this.skip();
      const { status, stdout, stderr } = run(SANITIZED, how, '5000');
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '0 lost\n', stderr: '' });
    });
  }

  it('would lose a wake-up if the receiver looked before it parks', () => {
    const { status, stdout } = run(PLAIN, 'eventfd', '1000000', 'mistaken');
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '1 lost\n' });
  });
});
