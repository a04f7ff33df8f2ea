// Removes what the TypeScript compiler made of sources that are gone. It leaves such files behind:
// mocha would run them, and the package would carry them.
'use strict';

const { existsSync, readdirSync, rmSync } = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);

/** Each output folder, where its sources are, and what something else makes there. */
const OUTPUTS = [
  { output: 'dist', sources: 'lib', except: ['bench'] }, // scripts/bundle-bench.js
  { output: 'build/js', sources: '.', except: [] },
];

for (const { output, sources, except } of OUTPUTS) {
  const folder = path.join(root, output);
  if (!existsSync(folder)) continue;
  for (const file of readdirSync(folder, { recursive: true })) {
    const [, stem, kind] = /^(.*?)(?:\.d)?\.([cm]?)[jt]s(?:\.map)?$/.exec(file) ?? [];
    if (stem === undefined || except.includes(file.split(path.sep)[0])) continue;
    if (existsSync(path.join(root, sources, `${stem}.${kind}ts`))) continue;
    rmSync(path.join(folder, file));
  }
}
