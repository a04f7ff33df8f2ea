import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

type Abi = 'uintr-next' | 'rfc-v1';

interface Result {
  pid: number;
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The testbed's sources, wherever this file was compiled to. */
function findTestbed(): string {
  for (let dir = __dirname; dir !== dirname(dir); dir = dirname(dir)) {
    const candidate = join(dir, 'test', 'testbed');
    if (existsSync(join(candidate, 'run'))) return candidate;
  }
  throw new Error('test/testbed/run not found');
}

const testbed = findTestbed();
const boundMs = 100_000;

/** What samples/node.js prints, in any order. */
const nodeLines = [
  'worker 42',
  'worker exit 0',
  'terminated 1',
  'signal',
  'timer',
  'null child+grandchild',
  '100000',
  'forked 2',
  'forked exit 0 null',
  'killed null SIGTERM',
  'file true',
  'wasm memory access out of bounds',
];

interface RunOptions {
  knobs?: string[];
  env?: NodeJS.ProcessEnv;
  from?: string;
  onOutput?: (text: string, pid: number) => void;
}

/** Runs a program under the testbed, for a bounded time. */
function run(abi: Abi, command: string[], options: RunOptions = {}): Promise<Result> {
  const script = join(options.from ?? testbed, 'run');
  const args = [`--abi=${abi}`, ...(options.knobs ?? []), '--', ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(script, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      timeout: boundMs,
      killSignal: 'SIGKILL',
    });
    const pid = child.pid ?? 0;
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(text, pid);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ pid, code, signal, stdout, stderr });
    });
  });
}

/** Runs it and expects exactly these lines and success. */
async function expectLines(
  abi: Abi,
  command: string[],
  lines: string[],
  options: RunOptions = {},
): Promise<Result> {
  const result = await run(abi, command, options);
  assert.equal(result.stdout, lines.map((line) => `${line}\n`).join(''), result.stderr);
  assert.deepEqual([result.code, result.signal], [0, null], result.stderr);
  return result;
}

/** Whether a process ends, or has ended, in bounded time; its parent may never wait for it. */
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

describe('the user-interrupt testbed', function () {
  this.timeout(2 * boundMs);
  let dir = '';
  const sample = (name: string): string => join(dir, name);

  before(function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
    dir = mkdtempSync(join(tmpdir(), 'uintr-testbed-test-'));
    const cc = process.env['CC'] ?? 'cc';
    const flags = '-O2 -Wall -Wextra -Werror -muintr -mgeneral-regs-only -pthread'.split(' ');
    for (const file of readdirSync(join(testbed, 'samples'))) {
      if (!file.endsWith('.c')) continue;
      const name = basename(file, '.c');
      const source = join(testbed, 'samples', file);
      const library = name === 'jit' ? ['-shared', '-fPIC', '-Wno-unused-function'] : [];
      execFileSync(cc, [...flags, ...library, '-o', sample(name), source]);
    }
  });

  after(() => {
    if (dir !== '') rmSync(dir, { recursive: true, force: true });
  });

  for (const abi of ['uintr-next', 'rfc-v1'] as const) {
    const next = abi === 'uintr-next';

    describe(abi, () => {
      it('runs a program written as in the Plumbers talk', async () => {
        await expectLines(abi, [sample('talk'), abi], ['user interrupt: vector 5']);
      });

      it('shares a uintr fd, and the target table as the kernel does, by fork', async () => {
        const shared = next ? ['the target table is shared'] : [];
        await expectLines(abi, [sample('fork_fd'), abi], ['interrupted by a child', ...shared]);
      });

      it('passes a uintr fd over a Unix socket to another program', async () => {
        await expectLines(
          abi,
          [sample('socket_fd'), abi],
          ['user interrupt from another program: vector 9'],
        );
      });

      it('answers every wrong call, and about the fd, as the kernel does', async () => {
        await expectLines(abi, [sample('errors'), abi], ['errors']);
      });

      it('coalesces, orders by priority, masks', async () => {
        await expectLines(
          abi,
          [sample('order'), abi],
          ['coalesced and in order of priority', 'masked and unmasked', 'flags and operands'],
        );
      });

      if (next) {
        it('has the calls that only uintr-next has', async () => {
          await expectLines(abi, [sample('extras'), abi], ['stacks', 'a table by fd']);
        });
      }

      it('implements uintr_wait', async () => {
        await expectLines(abi, [sample('wait'), abi], ['uintr_wait']);
      });

      for (const call of ['read', 'poll', 'epoll_wait', 'epoll_pwait', 'futex']) {
        it(`lets a receiver with flags 0 sleep on in ${call}`, async () => {
          await expectLines(abi, [sample('blocked'), abi, call, '0'], [`${call} slept on`]);
        });

        for (const flags of next ? ['0x1000', '0x2000'] : []) {
          it(`ends ${call} with EINTR for a receiver with flags ${flags}`, async () => {
            await expectLines(
              abi,
              [sample('blocked'), abi, call, flags],
              [`${call} was interrupted`],
            );
          });
        }
      }

      it('keeps registers, flags and the red zone, and loses no post', async () => {
        const result = await expectLines(abi, [sample('stress'), abi], ['none lost']);
        assert.match(result.stderr, /^\d+ posts, \d+ interrupts$/m);
      });

      it('keeps user interrupts and signals apart', async () => {
        await expectLines(
          abi,
          [sample('signals'), abi],
          [
            'delivered inside a signal handler',
            'delivered with all signals blocked',
            'delivered after a SIGILL of its own',
            'delivered on an alternate signal stack',
          ],
        );
      });

      it('handles unregistering, exits and closed fds as the kernel does', async () => {
        await expectLines(
          abi,
          [sample('lifetimes'), abi],
          [
            'registered again',
            'a receiver thread exited',
            'a receiver process was killed',
            `closing the last copy ${next ? 'changed nothing' : 'ended the connection'}`,
          ],
        );
      });

      it('loses no wake-up of receivers that sleep by the rules', async () => {
        await expectLines(abi, [sample('parking'), abi, '3000'], ['no wake-up was lost']);
        await expectLines(abi, [sample('parking'), abi, '100'], ['no wake-up was lost'], {
          knobs: ['--delay-notification=2000'],
        });
      });

      it('shows the wake-up that is lost without a fence', async () => {
        const command = [sample('parking'), abi, '100', 'without-fence'];
        await expectLines(abi, command, ['a wake-up was lost'], {
          knobs: ['--delay-notification=2000'],
        });
      });

      it('raises SIGILL where nobody registered as a sender', async () => {
        const faults = sample('faults');
        assert.equal((await run(abi, [faults, abi, 'never-registered'])).signal, 'SIGILL');
        await expectLines(abi, [faults, abi, 'never-registered-caught'], ['caught SIGILL']);
      });

      it('raises SIGSEGV for a freed index', async () => {
        const faults = sample('faults');
        assert.equal((await run(abi, [faults, abi, 'freed'])).signal, 'SIGSEGV');
        await expectLines(abi, [faults, abi, 'freed-caught'], ['caught SIGSEGV']);
      });

      it('kills the run where a real kernel would go down', async () => {
        for (const command of [
          [sample('faults'), abi, 'beyond'],
          [sample('exec'), abi, 'registered'],
        ]) {
          const result = await run(abi, command);
          assert.equal(result.code, 70);
          assert.match(result.stderr, /this takes a real kernel down: SENDUIPI/);
        }
        await expectLines(abi, [sample('exec'), abi, 'unregistered'], ['the new program']);
      });
    });

    describe(`${abi}: Node.js`, () => {
      it('runs threads, children, timers, signals and WebAssembly', async () => {
        const program = join(testbed, 'samples', 'node.js');
        const result = await run(abi, [process.execPath, program]);
        assert.deepEqual(result.stdout.trim().split('\n').sort(), [...nodeLines].sort());
        assert.equal(result.code, 0, result.stderr);
      });

      for (const flags of next ? ['0', '0x1000'] : ['0']) {
        it(`computes the same, interrupted on any instruction, with flags ${flags}`, async () => {
          const program = join(testbed, 'samples', 'compute.js');
          const expected = execFileSync(process.execPath, [program], { encoding: 'utf8' });
          const settings = [`JIT_ABI=${abi}`, `JIT_FLAGS=${flags}`, `LD_PRELOAD=${sample('jit')}`];
          const result = await run(abi, ['env', ...settings, process.execPath, program]);
          assert.equal(result.stdout, expected, result.stderr);
          assert.equal(result.code, 0, result.stderr);
          const interrupts = Number(/^interrupts: (\d+)$/m.exec(result.stderr)?.[1]);
          assert.ok(interrupts > 0, result.stderr);
        });
      }
    });
  }

  describe('knobs', () => {
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
      const file = join(dir, 'stats.json');
      await run('rfc-v1', [sample('talk'), 'rfc-v1'], { knobs: [`--stats=${file}`] });
      const stats = JSON.parse(readFileSync(file, 'utf8')) as {
        abi: string;
        senduipi: number;
        notifications: number;
        deliveries: number;
        systemCalls: Record<string, number>;
      };
      assert.deepEqual(
        [stats.abi, stats.senduipi, stats.notifications, stats.deliveries],
        ['rfc-v1', 1, 1, 1],
      );
      assert.equal(stats.systemCalls['register_handler'], 1);
    });
  });

  describe('run', () => {
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

    it('builds once, however many start at once', async () => {
      const copy = join(dir, 'a copy: elsewhere');
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
});
