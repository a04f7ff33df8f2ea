// The folders of native/ and lib/ may use each other in one direction only: CONTRIBUTING.md.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder } from '../support/addresses.js';
import {
  findingsIn,
  foldersIn,
  importsIn,
  includesIn,
  type Layers,
  readCpp,
  readTypeScript,
} from '../support/arrows.js';
import { root } from '../support/testbed.js';

/** The allowed arrows. A new folder needs a line here, and one in the README.md beside it. */
const NATIVE: Layers = {
  js: ['loop', 'backends'],
  loop: ['core'],
  backends: ['backends/hardware', 'backends/software'],
  'backends/hardware': ['core'], // no backend knows another one
  'backends/software': ['core'],
  core: ['protocol'],
  protocol: ['cpu'],
  cpu: ['os'],
  os: [],
};

const LIB: Layers = {
  cli: ['index'],
  index: ['services', 'channels'],
  channels: ['memory', 'core'],
  memory: ['internal'],
  services: ['sockets', 'core'],
  sockets: ['internal'],
  core: ['internal'],
  internal: [],
};

/** `uintr bench` imports dist/bench by path: scripts/bundle-bench.js puts it there. */
const COMPUTED = ['cli/main.ts: cannot follow what it computes'];

const native = path.join(root, 'native');
const lib = path.join(root, 'lib');

describe('the arrows between folders and files', () => {
  it('run downwards in native/, without a circle', () => {
    const sources = readCpp(native);
    assert.ok(sources.graph.size > 0);
    assert.deepEqual(findingsIn(sources, NATIVE), []);
  });

  it('run downwards in lib/, without a circle, types included', () => {
    const sources = readTypeScript(lib, 'uintr');
    assert.ok(sources.graph.size > 0);
    assert.deepEqual(findingsIn(sources, LIB), COMPUTED);
  });

  for (const each of [native, lib]) {
    const name = path.basename(each);
    it(`are between folders that ${name}/README.md describes, a line each`, () => {
      const readme = readFileSync(path.join(each, 'README.md'), 'utf8');
      const described = [...readme.matchAll(/^\| `(\w+)\/` +\| *\S/gm)].map(([, row]) => row);
      assert.deepEqual(described.sort(), foldersIn(each));
    });
  }
});

describe('the reader of arrows', () => {
  const file = folder();

  /** Writes files, each with its text. */
  const plant = (texts: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(texts)) {
      mkdirSync(path.dirname(file(name)), { recursive: true });
      writeFileSync(file(name), text);
    }
  };

  it('finds every kind of #include', () => {
    const text = [
      '#include "a/a.h"',
      '  #  include <a/b.h>  // why',
      '// #include "not.h"',
      '/*',
      '#include "not.h"',
      '*/',
      '#include MACRO',
    ];
    assert.deepEqual(includesIn(text.join('\n')), ['"a/a.h"', '<a/b.h>', undefined]);
  });

  it('finds every kind of import', () => {
    const text = [
      '/// <reference path="reference.ts" />',
      "import { a } from './import.js';",
      "import type { B } from './type.js';",
      "import './effect.js';",
      "export { c } from './export.js';",
      "export type * from './star.js';",
      "import d = require('./equals.js');",
      "const e = async () => await import('./dynamic.js');",
      "const f: import('./type-of.js').F = require(`./require.js`);",
      'const g = import(a);',
      "// import './not.js';",
      'const h = "import \'./not.js\'"; export { h };',
    ];
    assert.deepEqual(importsIn(text.join('\n')), [
      './reference.ts',
      './import.js',
      './type.js',
      './effect.js',
      './export.js',
      './star.js',
      './equals.js',
      './dynamic.js',
      './type-of.js',
      './require.js',
      undefined,
    ]);
  });

  const layers: Layers = { top: ['middle'], middle: ['bottom'], bottom: [] };

  it('finds nothing where all arrows run downwards', () => {
    plant({
      'top/a.h': '#include "middle/a.h"\n#include "bottom/a.h"',
      'middle/a.h': '#include <bottom/a.h>\n#include "b.h"',
      'middle/b.h': '#include <vector>',
      'bottom/a.h': '',
    });
    assert.deepEqual(findingsIn(readCpp(file('')), layers), []);
  });

  it('finds arrows upwards, in C++', () => {
    plant({
      'top/a.h': '',
      'middle/a.cc': '#include <top/a.h>',
      'bottom/a.cc': '#include "../middle/b.h"',
      'middle/b.h': '',
    });
    assert.deepEqual(findingsIn(readCpp(file('')), layers), [
      'bottom/a.cc -> middle/b.h: bottom may not use middle',
      'middle/a.cc -> top/a.h: middle may not use top',
    ]);
  });

  it('finds arrows upwards, in TypeScript, types and the package itself included', () => {
    plant({
      'index.ts': "export * from './bottom/a.js';",
      'top/a.ts': '',
      'middle/a.ts': "export type { A } from '../top/a.js';",
      'bottom/a.ts': "type A = import('../middle/b.mjs').A;",
      'bottom/b.ts': "import { A } from 'uintr';",
      'middle/b.mts': '',
    });
    assert.deepEqual(findingsIn(readTypeScript(file(''), 'uintr'), { index: ['top'], ...layers }), [
      'bottom/a.ts -> middle/b.mts: bottom may not use middle',
      'bottom/b.ts -> index.ts: bottom may not use index',
      'middle/a.ts -> top/a.ts: middle may not use top',
    ]);
  });

  it('finds arrows between folders of one folder', () => {
    plant({ 'a/x/f.h': '#include "a/y/f.h"', 'a/y/f.h': '', 'a/f.h': '#include "a/x/f.h"' });
    assert.deepEqual(findingsIn(readCpp(file('')), { a: ['a/x', 'a/y'], 'a/x': [], 'a/y': [] }), [
      'a/x/f.h -> a/y/f.h: a/x may not use a/y',
    ]);
  });

  it('finds circles between files of one folder, and a file that uses itself', () => {
    plant({
      'bottom/a.ts': "import './b.js';",
      'bottom/b.ts': "import type { C } from './c.js';",
      'bottom/c.ts': "export * from './a.js';",
      'bottom/d.ts': "import './d.js';",
    });
    assert.deepEqual(findingsIn(readTypeScript(file(''), 'uintr'), { bottom: [] }), [
      'a circle: bottom/a.ts -> bottom/b.ts -> bottom/c.ts -> bottom/a.ts',
      'a circle: bottom/d.ts -> bottom/d.ts',
    ]);
  });

  it('finds circles between folders whose files make none', () => {
    plant({
      'a/one.h': '#include "b/one.h"',
      'b/one.h': '',
      'b/two.h': '#include "a/two.h"',
      'a/two.h': '',
    });
    assert.deepEqual(findingsIn(readCpp(file('')), { a: ['b'], b: [] }), [
      'b/two.h -> a/two.h: b may not use a',
    ]);
    // A table cannot allow it.
    assert.deepEqual(findingsIn(readCpp(file('')), { a: ['b'], b: ['a'] }), [
      'the table has a circle: a -> b -> a',
    ]);
  });

  it('finds folders without a line, lines without a folder, and what it cannot follow', () => {
    plant({ 'new/a.h': '#include "gone.h"', 'stray.h': '', 'a/a.h': '#include MACRO' });
    assert.deepEqual(findingsIn(readCpp(file('')), { a: [], old: [] }), [
      'a/a.h: cannot follow what it computes',
      'new/a.h: cannot follow "gone.h"',
      'new/a.h: no line of the table is about its folder',
      'stray.h: no line of the table is about its folder',
      'the table has a line for old, where nothing is',
    ]);
  });
});
