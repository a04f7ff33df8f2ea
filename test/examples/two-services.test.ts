import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';

const EXAMPLE = path.join(__dirname, '../../examples/two-services');

describe('the two-services example', () => {
  const file = folder();
  const started = children();

  /** Starts a program. Returns it with a function that waits for a line of its output. */
  function start(name: string, ...more: string[]): [ChildProcess, (line: RegExp) => Promise<void>] {
    const child = started(
      spawn(process.execPath, [path.join(EXAMPLE, `${name}.js`), file('socket'), ...more], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const output: Interface = createInterface(child.stdout);
    const lines = output[Symbol.asyncIterator]();
    const says = async (wanted: RegExp): Promise<void> => {
      for (;;) {
        const line = await lines.next();
        if (line.done === true) assert.fail(`it ended without ${String(wanted)}`);
        if (wanted.test(line.value)) return;
      }
    };
    return [child, says];
  }

  it('ticks, survives the end of either side, and stops', async () => {
    const [sender, senderSays] = start('sender');
    await senderSays(/^connecting to /);
    const [first, firstSays] = start('receiver');
    await Promise.all([senderSays(/^connected$/), firstSays(/^tick 2$/)]);
    first.kill('SIGKILL');
    await senderSays(/^the receiver is gone$/);
    const [second, secondSays] = start('receiver');
    await Promise.all([senderSays(/^the receiver is back$/), secondSays(/^tick 1$/)]);
    sender.kill('SIGKILL');
    await secondSays(new RegExp(`^${String(sender.pid)} is gone$`));
    const exit = once(second, 'exit');
    start('sender', '--stop');
    await secondSays(/^stop$/);
    assert.deepEqual(await exit, [0, null]);
  });
});
