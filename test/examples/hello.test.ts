import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { Receiver } from 'uintr';
import { folder } from '../support/addresses.js';
import { source } from '../support/examples.js';
import { execute, root } from '../support/testbed.js';

describe('the hello examples', function () {
  const file = folder();

  /** The backend that `auto` takes here. */
  function backend(): string {
    using receiver = new Receiver();
    return receiver.backend;
  }

  async function prints(main: string, lines: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await execute([process.execPath, main]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, lines.map((line) => `${line}\n`).join(''));
  }

  const hello = (): string => `hello, by the ${backend()} backend`;

  it('are interrupted by a thread, and end', () =>
    prints(source('hello-thread/main.mjs'), [hello()]));

  it('are interrupted by a process, hear about its end, and end', () =>
    prints(source('hello-process/main.mjs'), [hello(), 'the child is gone']));

  it('work as copies in a project that has uintr installed', async () => {
    mkdirSync(file('node_modules'));
    symlinkSync(root, file('node_modules/uintr'));
    for (const name of ['hello-thread', 'hello-process']) {
      cpSync(source(name), file(name), { recursive: true });
    }
    await prints(file('hello-thread/main.mjs'), [hello()]);
    await prints(file('hello-process/main.mjs'), [hello(), 'the child is gone']);
  });
});
