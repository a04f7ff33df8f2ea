// Compiles the addon, and only what has changed since: headers and compiler flags count too.
//
//   (nothing)    build/Release/uintr.node
//   --debug      build/debug/, without optimisation, for gdb
//   --asan       build/asan/, with AddressSanitizer and UndefinedBehaviorSanitizer
//   --prebuild   the file in prebuilds/ for this platform, which the package carries; built anew
//
// The package carries binding.gyp as dist/binding.gyp, for `uintr build`. At its top, npm, yarn and
// pnpm would take it for a wish to compile.
//
// UINTR_PREBUILD=$PWD/build/debug makes node-gyp-build load that build instead of build/Release.
// The headers of the running Node are used where they are installed beside it. Otherwise node-gyp
// downloads them.
'use strict';

const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);

const VARIANTS = {
  '--debug': { folder: 'build/debug', configure: ['--debug'], gyp: [] },
  '--asan': { folder: 'build/asan', configure: [], gyp: ['-Dsanitize=1'] },
};

function run(tool, args, cwd, env) {
  const command = [require.resolve(tool), ...args];
  const { status, error } = spawnSync(process.execPath, command, { cwd, env, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** node-gyp builds in ./build alone: a variant is a folder of its own that links to the sources. */
function link(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of ['binding.gyp', 'native']) {
    const file = path.join(folder, name);
    if (!existsSync(file)) symlinkSync(path.relative(folder, path.join(root, name)), file);
  }
}

/** What a configured build folder depends on. Make finds out the rest by itself. */
function configuration(env) {
  const { NODE_GYP_FORCE_PYTHON, CC, CXX, CFLAGS, CXXFLAGS, LDFLAGS } = env;
  const files = ['binding.gyp', 'package-lock.json', 'scripts/build-native.js'];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(path.join(root, file)));
  return JSON.stringify({
    node: [process.version, process.arch, env.npm_config_nodedir],
    tools: { NODE_GYP_FORCE_PYTHON, CC, CXX, CFLAGS, CXXFLAGS, LDFLAGS },
    root,
    files: hash.digest('hex'),
  });
}

function build({ folder, configure, gyp }, env) {
  const cwd = path.join(root, folder);
  if (cwd !== root) link(cwd);
  const stamp = path.join(cwd, 'build/configuration.json');
  const wanted = configuration(env);
  const isConfigured = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (!isConfigured) {
    // The objects of sources that are gone go with the rest.
    for (const output of ['Release', 'Debug']) {
      rmSync(path.join(cwd, 'build', output), { recursive: true, force: true });
    }
    // A compile_commands.json for clangd and clang-tidy lies beside the addon.
    const formats = ['-f', 'make', '-f', 'compile_commands_json'];
    const args = ['configure', '--loglevel=warn', ...configure, '--', ...formats, ...gyp];
    run('node-gyp/bin/node-gyp.js', args, cwd, env);
    writeFileSync(stamp, wanted);
  }
  // Silent where there is nothing to do.
  const quiet = { ...env, MAKEFLAGS: `${env.MAKEFLAGS ?? ''} -s --no-print-directory`.trim() };
  const args = ['build', '--loglevel=warn', '--jobs=max'];
  run('node-gyp/bin/node-gyp.js', args, cwd, quiet);
}

if (process.platform !== 'linux') {
  console.log(`uintr: nothing to compile on ${process.platform}`);
  process.exit(0);
}

mkdirSync(path.join(root, 'dist'), { recursive: true });
copyFileSync(path.join(root, 'binding.gyp'), path.join(root, 'dist/binding.gyp'));

const prefix = path.dirname(path.dirname(process.execPath));
const hasHeaders = existsSync(path.join(prefix, 'include/node/node_api.h'));
const env = { ...process.env };
if (hasHeaders && !env.npm_config_nodedir) env.npm_config_nodedir = prefix;

const option = process.argv[2];
if (option === '--prebuild') {
  // In a folder of its own too: node-gyp empties the build folder first.
  const cwd = path.join(root, 'build/prebuild');
  link(cwd);
  const args = ['--napi', '--strip', '--tag-libc', '--target', process.versions.node];
  run('prebuildify/bin.js', [...args, '--name', 'uintr', '--out', root], cwd, {
    ...env,
    JOBS: 'max',
  });
} else if (option === undefined) {
  build({ folder: '.', configure: [], gyp: [] }, env);
} else if (option in VARIANTS) {
  build(VARIANTS[option], env);
} else {
  console.error(`Unknown option ${option}: --debug, --asan or --prebuild.`);
  process.exit(2);
}
