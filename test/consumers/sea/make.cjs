// Makes a single executable application of main.cjs, with the package in a node_modules beside it,
// and runs it elsewhere.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { chmodSync, copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-sea-'));
const file = (name) => path.join(folder, name);
try {
  const configuration = {
    main: 'main.cjs',
    output: file('blob'),
    disableExperimentalSEAWarning: true,
  };
  writeFileSync(file('sea.json'), JSON.stringify(configuration));
  execFileSync(process.execPath, ['--experimental-sea-config', file('sea.json')]);
  copyFileSync(process.execPath, file('program'));
  chmodSync(file('program'), 0o755);
  execFileSync(
    process.execPath,
    [
      ...[require.resolve('postject/dist/cli.js'), file('program'), 'NODE_SEA_BLOB', file('blob')],
      ...['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'],
    ],
    { stdio: 'inherit' },
  );
  for (const name of ['uintr', 'node-gyp-build']) {
    cpSync(`node_modules/${name}`, file(`node_modules/${name}`), { recursive: true });
  }
  assert.equal(execFileSync(file('program'), { encoding: 'utf8' }), 'used\n');
  console.log('used');
} finally {
  rmSync(folder, { recursive: true });
}
