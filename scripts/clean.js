'use strict';

const { rmSync } = require('node:fs');

for (const folder of ['build', 'dist', 'prebuilds'])
  rmSync(folder, { recursive: true, force: true });
