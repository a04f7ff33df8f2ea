import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Document, documents } from '../support/markdown.js';
import { root } from '../support/testbed.js';

const NEEDED = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...[
    'architecture',
    'performance',
    'hardware',
    'guide',
    'errors',
    'compatibility',
    'api/README',
  ].map((name) => `docs/${name}.md`),
  ...['lib/README.md', 'native/README.md', 'examples/README.md'],
];

/** Why a link leads nowhere; undefined when it leads somewhere. */
function fault(from: Document, target: string): string | undefined {
  if (/^(https?|mailto):/.test(target)) {
    return URL.canParse(target) ? undefined : 'it is no URL';
  }
  const [, file = '', anchor] = /^([^#]*)(?:#(.*))?$/.exec(target) ?? [];
  const name =
    file === '' ? from.name : path.join(path.dirname(from.name), decodeURIComponent(file));
  if (name.startsWith('..')) return 'it leads out of the repository';
  if (!existsSync(path.join(root, name))) return 'there is no such file';
  if (anchor === undefined) return undefined;
  const document = documents.get(name);
  if (document === undefined) return /^L\d+(-L\d+)?$/.test(anchor) ? undefined : 'no document';
  return document.anchors.has(decodeURIComponent(anchor)) ? undefined : 'there is no such heading';
}

describe('the documents', () => {
  for (const name of NEEDED) {
    it(`have ${name}`, () => {
      assert.ok(documents.has(name));
    });
  }

  for (const document of documents.values()) {
    it(`have links that lead somewhere: ${document.name}`, () => {
      const faults = document.links.flatMap(({ line, target }) => {
        const why = fault(document, target);
        return why === undefined ? [] : [`${document.name}:${line}: ${target}: ${why}`];
      });
      assert.deepEqual(faults, []);
    });
  }

  it('begin with a README that is short', () => {
    assert.ok((documents.get('README.md')?.lines ?? Infinity) <= 150);
  });
});
