import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PATIENCE_MS } from '../support/patience.js';
import { expectLines, run, testbed, workshop } from '../support/testbed.js';

/** Tells whether a process ends in bounded time, even if its parent never waits for it. */
async function ends(pid: number): Promise<boolean> {
  for (let i = 0; i < 1000; i++) {
    try {
      const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
      if (/\) [ZX]/.test(stat)) return true;
    } catch {
      return true;
    }
    await setTimeout(10);
  }
  return false;
}
describe('the user-interrupt testbed: run', function () {
  this.timeout(2 * PATIENCE_MS);
  const sample = workshop('test/testbed/samples', 'talk');

  it('ends as the program ends', async () => {
    assert.equal((await run('uintr-next', ['sh', '-c', 'exit 42'])).code, 42);
    assert.equal((await run('uintr-next', ['sh', '-c', 'kill -TERM $$'])).signal, 'SIGTERM');
    assert.equal((await run('uintr-next', ['/nonexistent/program'])).code, 127);
    assert.equal((await run('uintr-next', ['true'], { knobs: ['--nonsense'] })).code, 64);
  });

  it('passes signals on to the program', async () => {
    const script = "trap 'echo caught; exit 5' USR1; echo ready; while :; do sleep 0.05; done";
    const result = await run('uintr-next', ['sh', '-c', script], {
      onOutput: (text, pid) => {
        if (text.includes('ready')) process.kill(pid, 'SIGUSR1');
      },
    });
    assert.deepEqual([result.stdout, result.code], ['ready\ncaught\n', 5]);
  });

  it('covers children whose environment names neither the library nor the run', async () => {
    const command = ['env', '-i', sample('talk'), 'uintr-next'];
    await expectLines('uintr-next', command, ['user interrupt: vector 5']);
  });

  it('runs inside a run, each with its own interface', async () => {
    const inner = [join(testbed, 'run'), '--abi=rfc-v1', '--', sample('talk'), 'rfc-v1'];
    await expectLines('uintr-next', inner, ['user interrupt: vector 5']);
  });

  it('leaves nothing behind, and cleans up after a supervisor that was killed', async () => {
    const leftovers = (pid: number): string[] =>
      ['/dev/shm', tmpdir(), '/tmp']
        .filter((base) => existsSync(base))
        .flatMap((base) => readdirSync(base))
        .filter((name) => name.startsWith(`uintr-testbed.${String(pid)}.`));
    const first = await run('uintr-next', [sample('talk'), 'uintr-next']);
    assert.deepEqual(leftovers(first.pid), []);
    const killed = await run(
      'uintr-next',
      ['sh', '-c', 'sleep 60 >/dev/null 2>&1 & echo $!; wait'],
      {
        onOutput: (_text, pid) => process.kill(pid, 'SIGKILL'),
      },
    );
    assert.equal(killed.signal, 'SIGKILL');
    const program = Number(killed.stdout);
    await run('uintr-next', ['true']);
    assert.deepEqual(leftovers(killed.pid), []);
    assert.ok(await ends(program));
  });

  it('builds once when several runs start at once', async () => {
    const copy = sample('a copy: elsewhere');
    cpSync(testbed, copy, {
      recursive: true,
      filter: (source) => basename(source) !== 'build',
    });
    const command = [sample('talk'), 'uintr-next'];
    const lines = ['user interrupt: vector 5'];
    await Promise.all(
      [1, 2, 3].map(() => expectLines('uintr-next', command, lines, { from: copy })),
    );
    assert.equal(readdirSync(join(copy, 'build')).length, 1);
  });
});
