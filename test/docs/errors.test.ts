import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/testbed.js';

const text = readFileSync(path.join(root, 'docs/errors.md'), 'utf8');

/** The sources below a folder. The command's own errors end there: `cli` is left out. */
const sources = (folder: string, ending: RegExp): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.startsWith('cli/'))
    .map((name) => readFileSync(path.join(root, folder, name), 'utf8'));

const lib = sources('lib', /\.m?ts$/);
const native = sources('native', /\.(cc|h)$/);

/** What the first group of a pattern finds, each once, in order. */
const find = (texts: readonly string[], pattern: RegExp): string[] =>
  [
    ...new Set(
      texts.flatMap((source) => [...source.matchAll(pattern)].map(([, code = '']) => code)),
    ),
  ].sort();

const isComment = /^\s*(\/\/|\/?\*).*$|\/\/ .*$/gm;
const code = [...lib, ...native].map((source) => source.replace(isComment, ''));

describe('docs/errors.md', () => {
  it('has a section for each code of our own, and for no other', () => {
    // A case of a switch is about an error of Node's that was caught.
    const thrown = find(code, /(?<!case )['"](ERR_[A-Z_]+)['"]/g);
    assert.ok(thrown.length > 10, thrown.join());
    assert.deepEqual(find([text], /^### `(ERR_[A-Z_]+)`$/gm), thrown);
  });

  it('has a row for each errno name that this library throws or its doc comments promise', () => {
    const rows = find([text], /^\| `(E[A-Z]+)` /gm);
    const thrown = [
      ...find(code, /SystemError\{(E[A-Z]+)\b/g),
      ...find(code, /new UintrError\(\s*['"](E[A-Z]+)['"]/g),
    ];
    const promised = find(lib, /^ *\*.*?`(E(?!RR_)[A-Z]+)`/gm);
    const all = new Set([...thrown, ...promised]);
    assert.ok(all.size > 10, [...all].join());
    assert.deepEqual(
      [...all].filter((name) => !rows.includes(name)),
      [],
    );
  });

  it('names no code that nothing throws', () => {
    const named = find([text], /\b(ERR_UINTR_[A-Z_]+)\b/g);
    const thrown = find(code, /['"](ERR_UINTR_[A-Z_]+)['"]/g);
    assert.deepEqual(
      named.filter((name) => !thrown.includes(name)),
      [],
    );
  });
});
