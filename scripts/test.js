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

/** Each run: its title, how many minutes it takes on two idle cores, and its command. */
const runs = [
  {
    title: 'software backend',
    minutes: 8,
    backend: 'software',
    command: [process.execPath, ...mocha],
  },
];

const hasTestbed = process.platform === 'linux' && process.arch === 'x64';
if (hasTestbed) {
  // What does not depend on the backend has run: the tests of the testbed, of native/protocol/post.h
  // alone, of the folders, of the benchmark's arithmetic, of instructions, of shared memory, and those
  // of the hardware backend and of the command, which use the testbed themselves.
  const once = [
    'testbed',
    'native',
    'architecture',
    'hardware',
    'cli',
    'bench',
    'instructions',
    'memory',
    'docs',
  ];
  const ignore = once.flatMap((folder) => ['--ignore', `build/js/test/${folder}/**/*.test.js`]);
  const testbed = path.join(root, 'test/testbed/run');
  for (const abi of ['uintr-next', 'rfc-v1']) {
    runs.push({
      title: `hardware backend under the testbed, ${abi}`,
      minutes: 3,
      backend: 'hardware',
      command: [testbed, `--abi=${abi}`, '--', process.execPath, ...mocha, ...ignore],
    });
  }
}

const isWhole = process.argv.length === 2;
const duration = (milliseconds) => {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

function run({ title, backend, command }, number) {
  console.log(`\n=== ${number} of ${runs.length}: ${title} ===`);
  // The exclusions of the testbed are checked against the titles of a whole run.
  const all = isWhole ? { UINTR_TEST_ALL: '1' } : {};
  const env = { ...repetitions[backend], ...all, ...process.env, UINTR_BACKEND: backend };
  const [program, ...args] = command;
  const { status, signal, error } = spawnSync(program, args, { cwd: root, env, stdio: 'inherit' });
  if (error) throw error;
  if (signal) console.error(`ended by ${signal}`);
  if (status !== 0) process.exitCode = 1;
}

if (isWhole) {
  const minutes = runs.reduce((sum, each) => sum + each.minutes, 0);
  console.log(`The whole suite takes about ${minutes} minutes on two idle cores:`);
  for (const { title, minutes } of runs) console.log(`  ${minutes} min  ${title}`);
  console.log('One file takes seconds: npm run test:one -- test/receiver/wait.test.ts');
}
const begin = Date.now();
for (const [index, each] of runs.entries()) run(each, index + 1);
if (!hasTestbed) {
  console.log(`\nNo testbed on ${process.platform}-${process.arch}: it emulates x86-64 on Linux.`);
}
const result = process.exitCode ? 'Some tests failed' : 'All tests passed';
console.log(`\n${result}. It took ${duration(Date.now() - begin)}.`);
