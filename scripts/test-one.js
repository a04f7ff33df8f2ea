// Runs test files that are named by their sources, on the software backend.
//
//   npm run test:one -- test/receiver/wait.test.ts [more files, options of mocha]
//   --testbed[=uintr-next|rfc-v1]   on the hardware backend, under the testbed
//   --debug, --asan                 with that build of the addon (scripts/build-native.js)
'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.dirname(__dirname);

/** What runs with the sanitizers when no file is named: all that is quick and runs native code. */
const FOR_SANITIZERS = [
  'test/module.test.ts',
  'test/receiver/*.test.ts',
  'test/peers/*.test.ts',
  'test/memory/*.test.ts',
  'test/connect/{fd-socket,in-flight,inherit,keep-alive,listen,rendezvous,terminate}.test.ts',
  'test/bad-input/*.test.ts',
];

/** g++'s own library of that name, which has to be loaded before all others. */
const library = (name) =>
  execFileSync(process.env.CXX ?? 'g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();

const sanitizers = () => ({
  UINTR_PREBUILD: path.join(root, 'build/asan'),
  // libasan replaces C++'s __cxa_throw, and so needs libstdc++ at its own start.
  LD_PRELOAD: `${library('libasan.so')} ${library('libstdc++.so')}`,
  // Node and V8 leave memory behind at exit, and handle SIGSEGV.
  ASAN_OPTIONS: 'detect_leaks=0:allow_user_segv_handler=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  // A cycle or a post more finds no other error.
  UINTR_TEST_CYCLES: '20',
  UINTR_TEST_POSTS: '20000',
});

const args = process.argv.slice(2);
/** Takes an option out of the arguments: undefined without it, '' without a value. */
function take(name) {
  const index = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  return index < 0 ? undefined : args.splice(index, 1)[0].slice(name.length + 1);
}
const isSanitized = take('--asan') !== undefined;
const isDebug = take('--debug') !== undefined;
const abi = take('--testbed');

const files = args.filter((arg) => /\.test\.[jt]s$/.test(arg));
const options = args.filter((arg) => !files.includes(arg));
if (files.length === 0 && isSanitized) files.push(...FOR_SANITIZERS);
if (files.length === 0) {
  console.error('Name a test: npm run test:one -- test/receiver/wait.test.ts');
  process.exit(2);
}

const build = isSanitized ? '--asan' : isDebug ? '--debug' : undefined;
if (build !== undefined) {
  const compiler = [path.join(__dirname, 'build-native.js'), build];
  const { status } = spawnSync(process.execPath, compiler, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const compiled = (file) =>
  path.join('build/js', path.relative(root, path.resolve(file))).replace(/\.ts$/, '.js');
const mocha = [
  process.execPath,
  require.resolve('mocha/bin/mocha.js'),
  // .mocharc.json names all files, to which others would only be added.
  ...['--no-config', '--require', 'build/js/test/support/exclusions.js', '--timeout', '600000'],
  ...files.flatMap((file) => ['--spec', compiled(file)]),
  ...options,
];
const testbed =
  abi === undefined
    ? []
    : [path.join(root, 'test/testbed/run'), `--abi=${abi || 'uintr-next'}`, '--'];
const [program, ...rest] = [...testbed, ...mocha];
const env = {
  UINTR_BACKEND: abi === undefined ? 'software' : 'hardware',
  ...process.env,
  ...(isSanitized ? sanitizers() : {}),
  ...(isDebug ? { UINTR_PREBUILD: path.join(root, 'build/debug') } : {}),
};
const { status, error } = spawnSync(program, rest, { cwd: root, env, stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
