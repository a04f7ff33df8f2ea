// Bundles by ncc, which copies the addon, and runs the bundle elsewhere.
'use strict';

const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-ncc-'));
try {
  const ncc = require.resolve('@vercel/ncc/dist/ncc/cli.js');
  const run = (args) => execFileSync(process.execPath, args, { stdio: 'inherit' });
  run([ncc, 'build', 'common/use.cjs', '--no-cache', '--out', folder]);
  run([path.join(folder, 'index.cjs')]);
} finally {
  rmSync(folder, { recursive: true });
}
