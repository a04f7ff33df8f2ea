import assert from 'node:assert/strict';
import { linkFaults } from '../support/links.js';
import { documents } from '../support/markdown.js';

const NEEDED = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...[
    'architecture',
    'performance',
    'hardware',
    'guide',
    'errors',
    'compatibility',
    'bundlers',
    'channel-layout',
    'api/README',
  ].map((name) => `docs/${name}.md`),
  ...['lib/README.md', 'native/README.md', 'examples/README.md'],
];

describe('the documents', () => {
  for (const name of NEEDED) {
    it(`have ${name}`, () => {
      assert.ok(documents.has(name));
    });
  }

  for (const document of documents.values()) {
    it(`have links that lead somewhere: ${document.name}`, () => {
      assert.deepEqual(linkFaults(document), []);
    });
  }

  it('begin with a README that is short', () => {
    assert.ok((documents.get('README.md')?.lines ?? Infinity) <= 150);
  });
});
