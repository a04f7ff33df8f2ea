// The checks of the documents find what is wrong: each is shown a document with a mistake.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { folder } from '../support/addresses.js';
import { linkFaults } from '../support/links.js';
import { parse } from '../support/markdown.js';
import { programsOf, runs, write } from '../support/programs.js';
import { commandsOf, fault } from '../support/shell.js';

const FENCE = '```';
const block = (language: string, text: string): string =>
  `${FENCE}${language}\n${text}\n${FENCE}\n`;

describe('the checks of the documents', () => {
  const inside = folder();

  async function runAll(text: string): Promise<void> {
    for (const [index, program] of programsOf(parse('a.md', text)).programs.entries()) {
      const where = inside(String(index));
      mkdirSync(where);
      write(program, where);
      await runs(program, where);
    }
  }

  it('accept a program of two files that prints what is shown', () =>
    runAll(
      block('js', "// a.mjs\nimport { b } from './b.mjs';\nconsole.log(b, Math.random());") +
        block('js', '// b.mjs\nexport const b = 1;') +
        block('text', '1 …'),
    ));

  it('accept a program that the shell starts', () =>
    runAll(
      block('js', "// a.mjs\nconsole.log('a', process.argv[2]);") +
        block('sh', 'node a.mjs b') +
        block('text', 'a b'),
    ));

  const wrong: Readonly<Record<string, string>> = {
    fails: block('js', 'throw new Error();'),
    'is no JavaScript': block('js', 'const = 1;'),
    'prints something else': block('js', 'console.log(1);') + block('text', '2'),
    'prints more': block('js', 'console.log(1);\nconsole.log(2);') + block('text', '1'),
    'prints to stderr': block('js', 'console.error(1);'),
    'fails in a process that the shell starts':
      block('js', '// a.mjs\nprocess.exit(1);') + block('sh', 'node a.mjs'),
  };
  for (const [what, text] of Object.entries(wrong)) {
    it(`refuse a program that ${what}`, () => assert.rejects(runAll(text), assert.AssertionError));
  }

  it('tell where a link leads', () => {
    const links = (text: string): number => linkFaults(parse('docs/a.md', text)).length;
    assert.equal(links('# A `b` c\n\n[x](#a-b-c) ![y](../README.md) [z](../LICENSE)\n'), 0);
    assert.equal(links('[x](#a) [y](../nothing.md) [z](../README.md#nothing)\n'), 3);
    assert.equal(links('[x\ny](nothing.md)\n\n[z]: nothing.md\n'), 2);
    assert.equal(links('`[x](nothing.md)`\n\n' + block('text', '[x](nothing.md)')), 0);
  });

  it('know commands', () => {
    const faults = (text: string): number =>
      commandsOf(text).filter((command) => fault(command) !== undefined).length;
    assert.equal(faults('npm install && npm run bench # all\nA=1 node scripts/test.js\n'), 0);
    assert.equal(faults('npm install uintr\nnpx uintr doctor --json\nnpm test\n'), 0);
    assert.equal(faults('npm run nothing\nnode nothing.js\nnpx uintr nothing\nrm -r x\n'), 4);
  });
});
