// Runs the mocha suite on the software backend, then on the hardware backend under the testbed
// (test/testbed), once per kernel interface. Arguments go to mocha.
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.dirname(__dirname);
const mocha = [require.resolve('mocha/bin/mocha.js'), ...process.argv.slice(2)];

// An emulated SENDUIPI costs a thousand times a real one.
const repetitions = {
  software: {},
  hardware: { UINTR_TEST_POSTS: '20000', UINTR_TEST_CYCLES: '20' },
};

function run(title, command, args, backend) {
  console.log(`\n=== ${title} ===`);
  const all = process.argv.length === 2 ? { UINTR_TEST_ALL: '1' } : {};
  const env = { ...repetitions[backend], ...all, ...process.env, UINTR_BACKEND: backend };
  const { status, signal, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error) throw error;
  if (signal) console.error(`ended by ${signal}`);
  if (status !== 0) process.exitCode = 1;
}

run('software backend', process.execPath, mocha, 'software');
if (process.platform === 'linux' && process.arch === 'x64') {
  for (const abi of ['uintr-next', 'rfc-v1']) {
    const testbed = [`--abi=${abi}`, '--', process.execPath, ...mocha];
    // What does not depend on the backend has run: the tests of the testbed, of native/protocol/post.h
    // alone, of the benchmark's arithmetic, of instructions, and those of the hardware backend and of
    // the command, which use the testbed themselves.
    const ignored = ['testbed', 'native', 'hardware', 'cli', 'bench', 'instructions'];
    const ignore = ignored.flatMap((folder) => [
      '--ignore',
      `build/js/test/${folder}/**/*.test.js`,
    ]);
    run(
      `hardware backend under the testbed, ${abi}`,
      path.join(root, 'test/testbed/run'),
      [...testbed, ...ignore],
      'hardware',
    );
  }
} else {
  console.log(`\nNo testbed on ${process.platform}-${process.arch}: it emulates x86-64 on Linux.`);
}
