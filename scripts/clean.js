// Removes all that is built: the addon and its variants, the compiled TypeScript, the testbed.
'use strict';

const { rmSync } = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);

for (const folder of ['build', 'dist', 'prebuilds', 'test/testbed/build']) {
  rmSync(path.join(root, folder), { recursive: true, force: true });
}
