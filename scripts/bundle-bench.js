// Bundles the benchmark into dist/bench, for `uintr bench`: users of the package do not have the
// libraries of the benchmark. The bundle includes the licences of these libraries, as they require.
'use strict';

const { buildSync } = require('esbuild');
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
const output = path.join(root, 'dist/bench');

// The programs that the benchmark starts by path.
const programs = [
  'first',
  'other',
  'flood',
  'receivers',
  'send-cost',
  'breakdown',
  'pairs',
  'idle',
];

const { metafile } = buildSync({
  absWorkingDir: root,
  entryPoints: ['main', ...programs.map((name) => `node/${name}`)].map(
    (name) => `scripts/bench/${name}.ts`,
  ),
  outbase: 'scripts/bench',
  outdir: output,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  // The package itself, and a contestant that takes part where it is installed.
  external: ['uintr', 'zeromq'],
  legalComments: 'none', // licences.txt has them all
  metafile: true,
});

const packages = new Set();
for (const { inputs } of Object.values(metafile.outputs)) {
  for (const file of Object.keys(inputs)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
    if (folder) packages.add(folder);
  }
}

const licences = [...packages].sort().map((folder) => {
  const { name, version } = JSON.parse(
    readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(path.join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} has no licence to go along`);
  const text = readFileSync(path.join(root, folder, file), 'utf8');
  return `${name} ${version}\n\n${text.trim()}\n`;
});
writeFileSync(path.join(output, 'licences.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));
