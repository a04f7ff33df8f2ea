/** Reads the repository's documents: their code blocks, their links, and the anchors of headings. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './testbed.js';

/** A fenced code block. */
export interface Block {
  /** The line of the fence, from 1. */
  readonly line: number;
  /** The heading above it; empty before the first. */
  readonly heading: string;
  readonly language: string;
  /** The text between the fences, with its last newline. */
  readonly text: string;
}

/** A link or a picture. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

export interface Document {
  /** The path from the repository's root. */
  readonly name: string;
  readonly lines: number;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** What `#…` in a link to this document may name. */
  readonly anchors: ReadonlySet<string>;
}

const LEFT_OUT = new Set(['node_modules', 'build', 'dist', 'prebuilds']);

/** The documents of this repository, by their paths from its root. */
export const documents: ReadonlyMap<string, Document> = new Map(
  findDocuments('').map((name) => [name, parse(name, readFileSync(path.join(root, name), 'utf8'))]),
);

function findDocuments(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) return [];
    if (entry.isDirectory()) return findDocuments(name);
    return entry.name.endsWith('.md') ? [name] : [];
  });
}

export function parse(name: string, text: string): Document {
  const blocks: Block[] = [];
  const headings: string[] = [];
  const prose: string[] = []; // the same lines, empty where there is code
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, fence, language] = /^(```+)(.*)$/.exec(line) ?? [];
    if (fence === undefined) {
      const heading = /^#{1,6} +(.+?)\s*$/.exec(line)?.[1];
      if (heading !== undefined) headings.push(heading);
      prose.push(line.replace(/``.+?``|`[^`]*`/g, ''));
      continue;
    }
    const end = lines.indexOf(fence, i + 1);
    if (end === -1) throw new Error(`${name}:${i + 1}: the block does not end`);
    blocks.push({
      line: i + 1,
      heading: headings.at(-1) ?? '',
      language: language ?? '',
      text: lines
        .slice(i + 1, end)
        .map((content) => `${content}\n`)
        .join(''),
    });
    for (; i < end; i++) prose.push('');
    prose.push('');
  }
  return {
    name,
    lines: lines.length - 1,
    blocks,
    links: linksOf(prose),
    anchors: anchorsOf(headings, prose),
  };
}

function linksOf(prose: readonly string[]): Link[] {
  const text = prose.join('\n'); // the text of a link may go on in the next line
  return [...text.matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)|^\[[^\]]+\]: +(\S+)/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    target: match[1] ?? match[2] ?? '',
  }));
}

/** As GitHub and npm make them of headings. */
function anchorsOf(headings: readonly string[], prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\\(.)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  for (const [, id] of prose.join('\n').matchAll(/<a (?:id|name)="([^"]+)">/g)) {
    if (id !== undefined) anchors.add(id);
  }
  return anchors;
}
