import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'mocha';
import { capabilities } from 'uintr';
import { command, uintr } from '../support/command.js';
import { python } from '../support/remote.js';
import { ABIS, execute, type Result, root, run, workshop } from '../support/testbed.js';

interface Fact {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly status: 'ok' | 'note' | 'problem';
  readonly advice?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Diagnosis {
  readonly uintr: string;
  readonly backend: 'hardware' | 'software' | null;
  readonly reason: string;
  readonly facts: readonly Fact[];
}

const diagnosisOf = ({ stdout, stderr }: Result): Diagnosis => {
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Diagnosis;
};

function factOf({ facts }: Diagnosis, id: string): Fact {
  const fact = facts.find((each) => each.id === id);
  assert.ok(fact, `no fact "${id}" among ${facts.map((each) => each.id).join(', ')}`);
  return fact;
}

const EXIT = { hardware: 0, software: 1, none: 2 } as const;

/** Runs the doctor, asserts that its exit status agrees with its report, and returns the report. */
async function diagnose(options: Parameters<typeof uintr>[1] = {}): Promise<Diagnosis> {
  const result = await uintr(['doctor', '--json'], options);
  const diagnosis = diagnosisOf(result);
  assert.equal(result.code, EXIT[diagnosis.backend ?? 'none']);
  return diagnosis;
}

const software = { UINTR_BACKEND: 'software' };

/** The promises to readers of the JSON: the ids, and the data that they have. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  backend: ['auto', 'chosen', 'variable'],
  roundTrip: ['open', 'poll', 'waitSync', 'waitSyncOfTwo', 'eventLoop'],
  pending: ['present'],
  addon: ['file', 'origin', 'error'],
  platform: ['platform', 'arch', 'release'],
  node: ['version'],
  libc: ['family', 'version'],
  cpu: ['model', 'waitpkg'],
  'addon.hardware': ['hardware'],
  'cpu.uintr': ['uintr'],
  'kernel.uintr': ['uintr'],
  'kernel.abi': ['abi'],
  selfTest: ['selfTest'],
  'kernel.futexWaitv': ['futexWaitv'],
  'kernel.sealFutureWrite': ['sealFutureWrite'],
  seccomp: ['mode', 'noNewPrivs'],
  container: ['kind'],
  descriptors: ['soft', 'hard', 'receive', 'send', 'targets', 'inFlight'],
  cores: ['available', 'allowed', 'quota'],
};

describe('uintr doctor', function () {
  it('says that software is in use, and every fact, to a program', async () => {
    const { backend, reason, facts } = await diagnose({ env: software });
    assert.equal(backend, 'software');
    assert.ok(reason.length > 10, reason);
    const found = facts.map(({ id, data }) => [id, Object.keys(data)]);
    assert.deepEqual(Object.fromEntries(found), PROMISED);
    assert.equal(found.length, Object.keys(PROMISED).length);
    for (const { id, label, value, status, advice } of facts) {
      for (const text of [id, label, value]) assert.ok(text.length > 0, id);
      assert.ok(['ok', 'note', 'problem'].includes(status), id);
      assert.equal(typeof advice, status === 'ok' ? 'undefined' : 'string', id);
    }
  });

  it('agrees with capabilities(), and finds that the backend works', async () => {
    const diagnosis = await diagnose();
    const { backend, reason, cpu, kernel } = capabilities();
    assert.deepEqual([diagnosis.backend, diagnosis.reason], [backend, reason]);
    assert.deepEqual(factOf(diagnosis, 'cpu.uintr').data, { uintr: cpu.uintr });
    assert.deepEqual(factOf(diagnosis, 'selfTest').data, { selfTest: kernel.selfTest });
    assert.deepEqual(factOf(diagnosis, 'roundTrip').data, {
      open: true,
      poll: true,
      waitSync: true,
      waitSyncOfTwo: true,
      eventLoop: true,
    });
  });

  it('fits a screen, the verdict first, without colours where the output is no terminal', async () => {
    const { stdout, code } = await uintr(['doctor'], { env: software });
    assert.equal(code, EXIT.software);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^uintr \d.* software/);
    assert.ok(lines.length <= 40, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 80, line);
    assert.ok(!stdout.includes('\x1b'));
  });

  it('has colours on request', async function () {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major === 20 && minor < 12) this.skip(); // Node.js has no util.styleText yet
    const colored = await uintr(['doctor'], { env: { ...software, FORCE_COLOR: '1' } });
    assert.ok(colored.stdout.includes('\x1b['));
    const plain = await uintr(['doctor'], { env: { ...software, FORCE_COLOR: '0' } });
    assert.ok(!plain.stdout.includes('\x1b'));
  });

  it('survives a reader that has left', async () => {
    const pipe = '("$@" doctor; echo "status $?" >&2) | true';
    const { stderr } = await execute(['sh', '-c', pipe, 'sh', ...command()], { env: software });
    assert.equal(stderr, 'status 1\n');
  });

  describe('on UINTR_BACKEND', () => {
    it('says what is wrong with an invalid value, and tests the rest', async () => {
      const diagnosis = await diagnose({ env: { UINTR_BACKEND: 'quantum' } });
      assert.equal(diagnosis.backend, null);
      assert.match(diagnosis.reason, /UINTR_BACKEND.*quantum/);
      const { status, data, advice } = factOf(diagnosis, 'backend');
      assert.deepEqual([status, data['variable']], ['problem', 'quantum']);
      assert.match(advice ?? '', /UINTR_BACKEND/);
      assert.equal(factOf(diagnosis, 'roundTrip').status, 'ok');
    });

    it('says why there is no hardware', async function () {
      if (capabilities().backend === 'hardware') this.skip(); // there is
      const diagnosis = await diagnose({ env: { UINTR_BACKEND: 'hardware' } });
      assert.equal(diagnosis.backend, null);
      assert.ok(diagnosis.reason.includes(capabilities().reason), diagnosis.reason);
      assert.equal(factOf(diagnosis, 'backend').status, 'problem');
    });
  });

  describe('with the package', () => {
    let installed = '';
    beforeEach(() => {
      installed = mkdtempSync(join(tmpdir(), 'uintr-doctor-'));
      for (const part of ['package.json', 'dist', 'node_modules/node-gyp-build']) {
        cpSync(join(root, part), join(installed, part), { recursive: true });
      }
      mkdirSync(join(installed, 'build/Release'), { recursive: true });
    });
    afterEach(() => {
      rmSync(installed, { recursive: true, force: true });
    });

    it('says where it looked for an addon when there is none', async () => {
      const diagnosis = await diagnose({ installed });
      assert.equal(diagnosis.backend, null);
      const { status, value, advice, data } = factOf(diagnosis, 'addon');
      assert.deepEqual([status, data['file']], ['problem', null]);
      assert.match(value, /build\/Release has none.*prebuilds\/linux-\w+ has none/);
      assert.match(advice ?? '', /node \S+dist\/cli\/main\.js build$/);
    });

    it('says how the addon is broken', async () => {
      const file = join(installed, 'build/Release/uintr.node');
      writeFileSync(file, 'no addon');
      const diagnosis = await diagnose({ installed });
      assert.equal(diagnosis.backend, null);
      const { status, value, data } = factOf(diagnosis, 'addon');
      assert.deepEqual([status, data['file']], ['problem', file]);
      assert.match(value, /^build\/Release\/uintr\.node does not load: .*file too short/);
    });

    it('survives an addon that kills the process that loads it', async () => {
      const source = join(installed, 'kill.c');
      writeFileSync(
        source,
        '#include <signal.h>\n__attribute__((constructor)) static void f(void) { raise(SIGKILL); }\n',
      );
      const file = join(installed, 'build/Release/uintr.node');
      execFileSync('cc', ['-shared', '-fPIC', source, '-o', file]);
      const diagnosis = await diagnose({ installed });
      assert.equal(diagnosis.backend, null);
      const { status, value } = factOf(diagnosis, 'addon');
      assert.equal(status, 'problem');
      assert.match(value, /killed by SIGKILL/);
    });
  });

  it('does not take silence for a trial that went well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'uintr-doctor-'));
    try {
      // Exits in each thread except for the main one.
      const mute = join(folder, 'mute.cjs');
      writeFileSync(mute, `if (!require('node:worker_threads').isMainThread) process.exit();`);
      const env = { ...software, NODE_OPTIONS: `--require ${mute}` };
      const diagnosis = await diagnose({ env });
      assert.equal(diagnosis.backend, null);
      assert.equal(factOf(diagnosis, 'roundTrip').status, 'problem');
      assert.equal(factOf(diagnosis, 'roundTrip').data['open'], null);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('ignores what a preload prints', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'uintr-doctor-'));
    try {
      const chatty = join(folder, 'chatty.cjs');
      // Not on the doctor's own output, which is JSON.
      writeFileSync(chatty, `if (!/main\\.js$/.test(process.argv[1])) console.log('hello');`);
      const env = { ...software, NODE_OPTIONS: `--require ${chatty}` };
      assert.equal((await diagnose({ env })).backend, 'software');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says that another platform is not supported', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'uintr-doctor-'));
    try {
      const pretend = join(folder, 'pretend.cjs');
      writeFileSync(pretend, `Object.defineProperty(process, 'platform', { value: 'darwin' });`);
      const diagnosis = await diagnose({ env: { NODE_OPTIONS: `--require ${pretend}` } });
      assert.equal(diagnosis.backend, null);
      assert.equal(diagnosis.reason, 'uintr needs Linux; this is darwin');
      assert.equal(factOf(diagnosis, 'platform').status, 'problem');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says that addons are forbidden', async () => {
    const diagnosis = await diagnose({ env: { NODE_OPTIONS: '--no-addons' } });
    assert.equal(diagnosis.backend, null);
    assert.match(factOf(diagnosis, 'addon').advice ?? '', /--no-addons/);
  });

  it('says for how many vector fds the descriptors suffice', async () => {
    const low = await diagnose({ env: software, by: ['prlimit', '--nofile=80:80'] });
    assert.equal(low.backend, 'software');
    const { status, advice, data } = factOf(low, 'descriptors');
    assert.equal(status, 'problem');
    assert.match(advice ?? '', /ulimit -n/);
    assert.deepEqual([data['soft'], data['hard'], data['inFlight']], [80, 80, 26]);
    assert.ok(Number(data['receive']) > 0 && Number(data['receive']) < 26, String(data['receive']));

    const none = await diagnose({ env: software, by: ['prlimit', '--nofile=24:24'] });
    assert.equal(none.backend, null);
    assert.equal(factOf(none, 'roundTrip').advice, advice);
  });

  describe('under a seccomp filter', () => {
    const refusing = (call: string): { env: typeof software; by: string[] } => ({
      env: software,
      by: ['python3', python('refuse'), call],
    });

    it('names the system call that is refused, and fails', async () => {
      const diagnosis = await diagnose(refusing('memfd_create'));
      assert.equal(diagnosis.backend, null);
      assert.match(diagnosis.reason, /EPERM.*memfd_create/);
      assert.equal(factOf(diagnosis, 'roundTrip').status, 'problem');
      for (const id of ['roundTrip', 'kernel.sealFutureWrite']) {
        assert.match(factOf(diagnosis, id).advice ?? '', /seccomp filter.*memfd_create/);
      }
      assert.deepEqual(factOf(diagnosis, 'seccomp').data, { mode: 'filter', noNewPrivs: true });
    });

    it('notes the system calls that it can do without', async function () {
      if (!capabilities().kernel.futexWaitv) this.skip(); // there is none to refuse
      const diagnosis = await diagnose(refusing('futex_waitv'));
      assert.equal(diagnosis.backend, 'software');
      const { status, advice } = factOf(diagnosis, 'kernel.futexWaitv');
      assert.equal(status, 'note');
      assert.match(advice ?? '', /seccomp/);
      assert.equal(factOf(diagnosis, 'roundTrip').status, 'ok');
    });
  });

  it('notes that one core is too few for busy polling', async () => {
    const diagnosis = await diagnose({ env: software, by: ['taskset', '-c', firstCpu()] });
    const { status, advice, data } = factOf(diagnosis, 'cores');
    assert.deepEqual([status, data['available'], data['allowed']], ['note', 1, firstCpu()]);
    assert.match(advice ?? '', /busyPollMicros/);
  });

  it('names the container', async () => {
    const diagnosis = await diagnose({ env: { ...software, container: 'systemd-nspawn' } });
    assert.match(factOf(diagnosis, 'container').value, /systemd-nspawn.*\$container/);
  });

  for (const abi of ABIS) {
    describe(`under the testbed, ${abi}`, () => {
      workshop(); // skips where there is no testbed
      const onHardware = (...knobs: string[]): Promise<Result> =>
        run(abi, [...command(), 'doctor', '--json'], { knobs, env: { UINTR_BACKEND: '' } });

      it('says that hardware is in use', async () => {
        const result = await onHardware();
        const diagnosis = diagnosisOf(result);
        assert.deepEqual([result.code, diagnosis.backend], [EXIT.hardware, 'hardware']);
        assert.deepEqual(factOf(diagnosis, 'kernel.abi').data, { abi });
        assert.equal(factOf(diagnosis, 'selfTest').status, 'ok');
        assert.equal(factOf(diagnosis, 'roundTrip').status, 'ok');
      });

      it('says that software is in use because UINTR_BACKEND says so', async () => {
        const env = { UINTR_BACKEND: 'software' };
        const result = await run(abi, [...command(), 'doctor', '--json'], { env });
        const diagnosis = diagnosisOf(result);
        assert.deepEqual([result.code, diagnosis.backend], [EXIT.software, 'software']);
        const { status, value } = factOf(diagnosis, 'backend');
        assert.deepEqual(
          [status, value],
          ['note', 'auto picks hardware; UINTR_BACKEND is software'],
        );
      });

      it('says that the self-test failed, and that software is in use', async () => {
        const result = await onHardware('--no-delivery');
        const diagnosis = diagnosisOf(result);
        assert.deepEqual([result.code, diagnosis.backend], [EXIT.software, 'software']);
        const { status, value } = factOf(diagnosis, 'selfTest');
        assert.equal(status, 'problem');
        assert.match(value, /did not arrive/);
      });
    });
  }
});

/** A CPU that this process may run on. */
function firstCpu(): string {
  const list = execFileSync('taskset', ['-pc', String(process.pid)], { encoding: 'utf8' });
  return /: (\d+)/.exec(list)?.[1] ?? '0';
}
