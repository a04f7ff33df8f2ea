// Packs the package as it would be published, installs it into an empty project as a dependent
// would, and uses it from there: no install script, both module systems, types for each, and the
// command. Without its prebuilt addon, the command that the error names compiles one.
'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const assert = require('node:assert/strict');

const root = path.dirname(__dirname);
const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: 'utf8' });
// As npm links the command; on the backend that every machine has.
const uintr = (folder, args) =>
  spawnSync(path.join(folder, 'node_modules/.bin/uintr'), args, {
    env: { ...process.env, UINTR_BACKEND: 'software' },
    encoding: 'utf8',
    timeout: 60_000,
  });

const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-package-'));

const source = `
const receiver = new Receiver({ vectors: { tick: 0 } });
const sender = new Sender(receiver.createFd('tick'));
sender.send();
if (receiver.poll() !== 0) throw new Error('the interrupt did not arrive');
sender.close();
receiver.close();
`;

try {
  run(process.execPath, [path.join(__dirname, 'build-native.js'), '--prebuild'], root);
  const [{ filename, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  );
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--ignore-scripts', path.join(folder, filename)], folder);

  const installed = path.join(folder, 'node_modules/uintr');
  const { scripts } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
  for (const name of ['preinstall', 'install', 'postinstall']) {
    assert.equal(scripts[name], undefined, `the package has a script "${name}"`);
  }

  // At the top it would make npm ci, yarn and pnpm compile.
  assert.ok(!existsSync(path.join(installed, 'binding.gyp')), 'the package has a binding.gyp');

  writeFileSync(path.join(folder, 'a.cts'), `import { Receiver, Sender } from 'uintr';${source}`);
  writeFileSync(path.join(folder, 'b.mts'), `import { Receiver, Sender } from 'uintr';${source}`);
  const tsc = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const typeRoots = ['--typeRoots', path.join(root, 'node_modules/@types')];
  run(
    process.execPath,
    [require.resolve('typescript/bin/tsc'), ...tsc, ...typeRoots, 'a.cts', 'b.mts'],
    folder,
  );
  run(process.execPath, ['a.cjs'], folder);
  run(process.execPath, ['b.mjs'], folder);

  const doctor = uintr(folder, ['doctor', '--json']);
  assert.equal(doctor.status, 1, doctor.stderr);
  const { backend, facts } = JSON.parse(doctor.stdout);
  assert.equal(backend, 'software');
  const { data } = facts.find(({ id }) => id === 'addon');
  assert.equal(data.origin, 'prebuilt');
  assert.ok(data.file.startsWith(installed), data.file);

  // Nothing that only developers of the package have is within its reach.
  const least = ['--quick', '--mode', 'one core', '-r', '1', '-n', '100'];
  const only = ['--only', 'uintr|MessagePort|zeromq'];
  const bench = uintr(folder, ['bench', ...least, ...only]);
  assert.equal(bench.status, 0, bench.stderr);
  assert.match(bench.stdout, /> uintr event loop .*\n/);
  assert.match(bench.stdout, /^│ +MessagePort /m);
  assert.match(bench.stdout, /^Left out, not installed: zeromq inproc/m);

  // A machine that has no prebuilt addon, and no network beyond Node's headers.
  rmSync(path.join(installed, 'prebuilds'), { recursive: true });
  const { stderr } = spawnSync(process.execPath, ['a.cjs'], { cwd: folder, encoding: 'utf8' });
  const [, command] = /UintrError: no addon for .*: (node .* build)$/m.exec(stderr) ?? [];
  assert.ok(command, stderr);
  const env = { ...process.env, CXXFLAGS: '-O0', npm_config_registry: 'http://127.0.0.1:9' };
  execFileSync('sh', ['-c', command], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  run(process.execPath, ['a.cjs'], folder);

  console.log(
    `${filename}, ${size} bytes: installed; used by require, by import, as a command; compiled there`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
