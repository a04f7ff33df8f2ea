// The API reference in docs/api: everything public has a doc comment, and the committed pages say what
// the doc comments say.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder } from '../support/addresses.js';
import { execute, type Result, root } from '../support/testbed.js';

const OPTIONS = path.join(root, 'typedoc.json');

/** Runs typedoc with a file of options, and with these. */
const typedoc = (options: string, ...args: readonly string[]): Promise<Result> =>
  execute([
    process.execPath,
    path.join(root, 'node_modules/typedoc/bin/typedoc'),
    ...['--options', options, ...args],
  ]);

/** The pages below a folder, by their paths in it. */
function pagesOf(top: string): Map<string, string> {
  const files = readdirSync(top, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    files
      .filter((file) => file.endsWith('.md'))
      .map((file) => [file, readFileSync(path.join(top, file), 'utf8')]),
  );
}

/** One of each kind, without a doc comment; and one of each with one. */
const PLANTED = `
export interface Options { bare: number; nested: { inner: number } }
export interface Events { happened: [] }
export type Choice = 'a' | 'b';
export class Thing {
  constructor(options: Options) { this.value = options.bare; }
  value: number;
  get accessor(): number { return this.value; }
  method(): number { return this.value; }
}
export function make(): number { return 0; }
/** Has a comment. */
export const commented = 0;
`;

const NAMES = [
  'Options',
  'Options.bare',
  'Options.nested',
  'Options.nested.__type.inner',
  'Events',
  'Events.happened',
  'Choice',
  'Thing',
  'Thing.constructor',
  'Thing.value',
  'Thing.accessor',
  'Thing.method',
  'make',
];

describe('the API reference', function () {
  const inFolder = folder();

  it('finds everything public that has no doc comment', async () => {
    const top = inFolder('planted');
    mkdirSync(top);
    const write = (name: string, text: string): string => {
      writeFileSync(path.join(top, name), text);
      return path.join(top, name);
    };
    const entryPoints = [write('planted.ts', PLANTED)];
    const compilerOptions = { strict: true, types: [] };
    const tsconfig = write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions, files: entryPoints }),
    );
    const options = write(
      'typedoc.json',
      JSON.stringify({ extends: [OPTIONS], entryPoints, tsconfig, intentionallyNotExported: [] }),
    );
    const { code, stdout, stderr } = await typedoc(options, '--emit', 'none');
    const found = [
      ...`${stdout}${stderr}`.matchAll(/ (\S+) \(\w+\), defined in .*any documentation/g),
    ];
    assert.deepEqual(found.map(([, name]) => name).sort(), [...NAMES].sort(), stderr);
    assert.notEqual(code, 0);
  });

  it('has a comment for everything public, and is what `npm run docs` makes of the comments now', async () => {
    const made = inFolder('api');
    const { code, stdout, stderr } = await typedoc(OPTIONS, '--out', made);
    assert.equal(code, 0, `${stdout}${stderr}`);
    const [committed, current] = [pagesOf(path.join(root, 'docs/api')), pagesOf(made)];
    assert.ok(current.size > 0);
    assert.deepEqual([...committed.keys()], [...current.keys()]);
    for (const [page, text] of current) {
      assert.equal(committed.get(page), text, `docs/api/${page} is stale: npm run docs`);
    }
  });
});
