// Runs clang-format over the C and C++ sources that git knows: --check fails on a difference,
// --write rewrites. clang-format comes from npm, so that everybody formats with the same version.
'use strict';

const { execFileSync, spawnSync } = require('node:child_process');

const files = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '--', '*.h', '*.cc', '*.c'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter(Boolean);
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '-Werror'];
const { status, error } = spawnSync(
  process.execPath,
  [require.resolve('clang-format'), ...mode, ...files],
  { stdio: 'inherit' },
);
if (error) throw error;
process.exit(status ?? 1);
