// Runs or compiles each code block of the documents, or checks it as its language allows.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder } from '../support/addresses.js';
import { type Block, type Document, documents } from '../support/markdown.js';
import { type Program, programsOf, runs, write } from '../support/programs.js';
import { commandsOf, fault } from '../support/shell.js';
import { root } from '../support/testbed.js';

/** Runs a compiler, and expects it to accept. */
function compiles(command: string, args: readonly string[], cwd = root): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${stdout}${stderr}`);
}

/** Compiles TypeScript as a dependent with strict settings does, to be run. */
const tsc = (cwd: string, files: readonly string[]): void => {
  compiles(
    process.execPath,
    [
      require.resolve('typescript/bin/tsc'),
      ...[
        '--strict',
        '--noUncheckedIndexedAccess',
        '--exactOptionalPropertyTypes',
        '--noUnusedLocals',
      ],
      ...['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,esnext.disposable'],
      ...['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types'), ...files],
    ],
    cwd,
  );
};

const WARNINGS = [
  ...['-fsyntax-only', '-Wall', '-Wextra', '-Werror'],
  ...(process.arch === 'x64' ? ['-muintr', '-mgeneral-regs-only'] : []),
];

const isGenerated = (name: string): boolean => name.startsWith('docs/api/');

describe('the code in the documents', function () {
  const inside = folder();
  /** How often to run what is said to lose nothing: once in so many runs is too often. */
  const TIMES = 50;
  const losesNothing = (heading: string): boolean => /^(Quick start|Losing nothing)$/.test(heading);

  /** What each language is checked by. A language that is not here fails. */
  const checks: Readonly<Record<string, (block: Block, document: Document) => void>> = {
    sh: ({ text }) => {
      const faults = commandsOf(text).flatMap((command) => {
        const why = fault(command);
        return why === undefined ? [] : [`${command}: ${why}`];
      });
      assert.deepEqual(faults, []);
    },
    c: ({ text }) => {
      writeFileSync(inside('block.c'), text);
      compiles(process.env['CC'] ?? 'cc', [...WARNINGS, inside('block.c')]);
    },
    json: ({ text }) => {
      JSON.parse(text);
    },
    text: () => {}, // a picture or an output: no program
  };

  function runsOnce(program: Program, where: string): Promise<void> {
    mkdirSync(where);
    write(program, where);
    const typed = [...program.files.keys()].filter((name) => /\.m?ts$/.test(name));
    if (typed.length > 0) tsc(where, typed);
    return runs(program, where);
  }

  for (const document of documents.values()) {
    if (isGenerated(document.name)) continue;
    const { programs, others } = programsOf(document);
    for (const program of programs) {
      const { heading, line } = program;
      it(`runs: ${document.name}:${line}, ${heading}`, () => runsOnce(program, inside('program')));
      if (!losesNothing(heading)) continue;
      it(`loses nothing: ${document.name}:${line}, ${heading}`, async () => {
        for (let i = 0; i < TIMES; i++) await runsOnce(program, inside(String(i)));
      });
    }
    for (const block of others) {
      const { language, line, heading } = block;
      it(`holds: ${document.name}:${line}, ${heading}`, () => {
        const check = checks[language];
        assert.ok(check, `no check for the language "${language}"`);
        check(block, document);
      });
    }
  }

  it('is what the guide shows of uintr doctor', () => {
    const doctor = path.join(root, 'dist/cli/main.js');
    const { status, stdout } = spawnSync(process.execPath, [doctor, 'doctor'], {
      encoding: 'utf8',
    });
    assert.ok(status === 0 || status === 1, `exit status ${String(status)}`);
    const labels = (text: string): string[] =>
      [...text.matchAll(/^[✓•✗] (\S+(?: \S+)*) {2,}/gm)].map(([, label = '']) => label);
    const shown = documents.get('docs/guide.md')?.blocks.find(({ text }) => /^uintr \d/.test(text));
    const expected = labels(shown?.text ?? '');
    assert.ok(expected.length > 3);
    assert.deepEqual(
      labels(stdout).filter((label) => expected.includes(label)),
      expected,
    );
  });
});
