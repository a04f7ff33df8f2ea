// Installs the package, UINTR_TARBALL, on a machine without a compiler, in the way of the first
// argument, and uses it.
'use strict';

const { execFileSync } = require('node:child_process');
const { copyFileSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const node = process.execPath;
const tool = (file) => path.resolve('node_modules', file);
const yarnPnp = [node, tool('@yarnpkg/cli-dist/bin/yarn.js')];
const npm = ['npm', 'install', '--no-audit', '--no-fund'];
const pnpm = (version) => [node, tool(`pnpm-${version}/bin/pnpm.cjs`), 'install'];

/** The commands of each way; and how the program is run, if not by Node alone. */
const WAYS = {
  'npm-ci': { commands: [npm, ['npm', 'ci', '--no-audit', '--no-fund']] },
  'npm-lockfile': { commands: [npm, 'remove', npm] },
  'yarn-1': { commands: [[node, tool('yarn-1/bin/yarn.js'), 'install']] },
  'yarn-pnp': { commands: [[...yarnPnp, 'install']], run: [...yarnPnp, 'node'] },
  'pnpm-9': { commands: [pnpm(9)] },
  'pnpm-10': { commands: [pnpm(10)] },
};

const { commands, run = [node] } = WAYS[process.argv[2]];
// Outside this project, whose node_modules it would see.
const cwd = mkdtempSync(path.join(os.tmpdir(), 'uintr-install-'));
const env = {
  ...process.env,
  CC: '/nonexistent/gcc',
  CXX: '/nonexistent/g++',
  YARN_ENABLE_GLOBAL_CACHE: 'false',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', // otherwise where CI is set
  YARN_ENABLE_TELEMETRY: 'false',
};
const execute = ([program, ...args]) => execFileSync(program, args, { cwd, env, stdio: 'inherit' });

try {
  const manifest = { private: true, dependencies: { uintr: `file:${process.env.UINTR_TARBALL}` } };
  writeFileSync(path.join(cwd, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(cwd, 'yarn.lock'), ''); // the root of a project, for yarn
  copyFileSync('common/use.cjs', path.join(cwd, 'use.cjs'));
  for (const command of commands) {
    if (command === 'remove') rmSync(path.join(cwd, 'node_modules'), { recursive: true });
    else execute(command);
  }
  execute([...run, 'use.cjs']);
} finally {
  rmSync(cwd, { recursive: true });
}
