// Compiles the addon: build/Release/uintr.node, or with --prebuild the file for this platform that
// rides in the package. Node's headers come from beside the running node where they are, so that
// nothing is downloaded; node-gyp fetches them otherwise.
'use strict';

const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const path = require('node:path');

if (process.platform !== 'linux') {
  console.log(`uintr: nothing to compile on ${process.platform}`);
  process.exit(0);
}

const prefix = path.dirname(path.dirname(process.execPath));
const hasHeaders = existsSync(path.join(prefix, 'include/node/node_api.h'));
const env = { ...process.env };
if (hasHeaders && !env.npm_config_nodedir) env.npm_config_nodedir = prefix;

const prebuild = process.argv.includes('--prebuild');
const tool = prebuild ? 'prebuildify/bin.js' : 'node-gyp/bin/node-gyp.js';
const args = prebuild
  ? ['--napi', '--strip', '--tag-libc', '--target', process.versions.node]
  : ['rebuild'];
const { status, error } = spawnSync(process.execPath, [require.resolve(tool), ...args], {
  cwd: path.dirname(__dirname),
  env,
  stdio: 'inherit',
});
if (error) throw error;
process.exit(status ?? 1);
