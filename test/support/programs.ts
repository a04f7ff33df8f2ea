/**
 * Finds the programs in a document and runs them.
 *
 * A block of JavaScript or TypeScript is a program. Its first line may be a comment with a file
 * name: blocks with names that follow each other under one heading are the files of one program.
 * `node` runs the first of them, or else a `sh` block after them says how to run it. A `text` block
 * after that is what it prints, where `…` stands for anything.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Block, Document } from './markdown.js';
import { root } from './testbed.js';

export interface Program {
  /** The line of its first block. */
  readonly line: number;
  readonly heading: string;
  /** The files' texts, by their names. */
  readonly files: ReadonlyMap<string, string>;
  /** Commands for the shell, in the folder of the files. */
  readonly commands: string;
  /** What it prints; undefined where the document does not say. */
  readonly output: string | undefined;
}

const ENDINGS: Readonly<Record<string, string>> = { js: 'mjs', mjs: 'mjs', ts: 'mts' };

export const isProgram = ({ language }: Block): boolean => language in ENDINGS;

/** The name in the block's first line; undefined where there is none. */
const nameOf = ({ text }: Block): string | undefined => /^\/\/ ([\w-]+\.\w+)\n/.exec(text)?.[1];

const runsFileOf = (block: Block, files: ReadonlyMap<string, string>): boolean =>
  block.language === 'sh' &&
  [...block.text.matchAll(/\bnode ([\w.-]+)/g)].some(([, file = '']) => files.has(file));

/** The programs of a document, and the blocks that belong to none. */
export function programsOf({ blocks }: Document): { programs: Program[]; others: Block[] } {
  const programs: Program[] = [];
  const others: Block[] = [];
  const rest = [...blocks];
  /** Takes the next block if it is under that heading and as wanted. */
  const next = (heading: string, isWanted: (block: Block) => boolean): Block | undefined =>
    rest[0]?.heading === heading && isWanted(rest[0]) ? rest.shift() : undefined;
  for (let first = rest.shift(); first !== undefined; first = rest.shift()) {
    if (!isProgram(first)) {
      others.push(first);
      continue;
    }
    const { heading, line } = first;
    const entry = nameOf(first) ?? `main.${ENDINGS[first.language] ?? ''}`;
    const files = new Map([[entry, first.text]]);
    const isAnotherFile = (block: Block): boolean => {
      const name = isProgram(block) ? nameOf(block) : undefined;
      return name !== undefined && nameOf(first) !== undefined && !files.has(name);
    };
    for (let file = next(heading, isAnotherFile); file; file = next(heading, isAnotherFile)) {
      files.set(nameOf(file) ?? '', file.text);
    }
    const shell = next(heading, (block) => runsFileOf(block, files));
    const output = next(heading, ({ language }) => language === 'text');
    programs.push({
      line,
      heading,
      files,
      commands: shell?.text ?? `node ${entry}`,
      output: output?.text,
    });
  }
  return { programs, others };
}

/** Writes the program's files into a new folder of a project that has this package installed. */
export function write({ files }: Program, folder: string): void {
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, path.join(folder, 'node_modules/uintr'));
  for (const [name, text] of files) writeFileSync(path.join(folder, name), text);
}

const BOUND_MS = 60_000;

/** Runs the program, for at most a minute. Asserts that it succeeds and prints what it should. */
export async function runs(program: Program, folder: string): Promise<void> {
  const commands = program.commands.replaceAll(/\b([\w-]+)\.mts\b/g, '$1.mjs');
  // The group of the shell: what it started ends with it, however that goes.
  const shell = spawn('sh', ['-e', '-c', `${commands}\nwait`], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => {
    try {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    } catch {
      // all of the group has ended
    }
  };
  const timer = setTimeout(end, BOUND_MS);
  let [stdout, stderr] = ['', ''];
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  try {
    const result = await new Promise((resolve, reject) => {
      shell.on('error', reject);
      shell.on('close', (code, signal) => {
        resolve({ code, signal, stderr });
      });
    });
    assert.deepEqual(result, { code: 0, signal: null, stderr: '' }, `${stderr}\n${stdout}`);
    if (program.output !== undefined) assert.match(stdout, patternOf(program.output));
  } finally {
    clearTimeout(timer);
    end();
  }
}

const patternOf = (output: string): RegExp => {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
};
