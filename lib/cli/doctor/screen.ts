// Prints a diagnosis on one screen: the verdict, the facts, what to do.

import * as util from 'node:util';
import type { Diagnosis } from './diagnose.js';
import type { Fact } from './fact.js';

const WIDTH = 80;
const MARK = 2; // the width of a mark with the space after it
const MARKS = { ok: '✓', note: '•', problem: '✗' } as const;
const COLORS = { ok: 'green', note: 'yellow', problem: 'red' } as const;

type Paint = (style: 'green' | 'yellow' | 'red' | 'bold', text: string) => string;

export function screen({ uintr, backend, reason, facts }: Diagnosis, colors: boolean): string {
  const paint = painter(colors);
  const title = backend === null ? 'no backend works here' : `the ${backend} backend`;
  const color = backend === null ? 'red' : 'green';
  const width = Math.max(...facts.map(({ label }) => label.length));
  return [
    `uintr ${uintr}: ${paint(color, title)}`,
    wrap(`Why: ${reason}`),
    '',
    ...facts.map((fact) => line(fact, width, paint)),
    ...whatToDo(facts, paint),
  ].join('\n');
}

function painter(colors: boolean): Paint {
  // Node 20.12 and later have styleText.
  if (!colors || !('styleText' in util)) return (_style, text) => text;
  return (style, text) => util.styleText(style, text);
}

function line({ label, value, status }: Fact, width: number, paint: Paint): string {
  const indent = MARK + width + MARK;
  return `${paint(COLORS[status], MARKS[status])} ${label.padEnd(width)}  ${wrap(value, indent)}`;
}

function whatToDo(facts: readonly Fact[], paint: Paint): string[] {
  const advice = (status: Fact['status']): string[] =>
    facts.flatMap((fact) => (fact.status === status && fact.status !== 'ok' ? [fact.advice] : []));
  // Several facts may come with the same advice.
  const problems = new Set(advice('problem'));
  const notes = new Set(advice('note').filter((text) => !problems.has(text)));
  if (problems.size + notes.size === 0) return [];
  const item = (status: Fact['status'], text: string): string =>
    `${paint(COLORS[status], MARKS[status])} ${wrap(text, MARK)}`;
  return [
    '',
    paint('bold', 'What to do'),
    ...[...problems].map((text) => item('problem', text)),
    ...[...notes].map((text) => item('note', text)),
  ];
}

/** Breaks lines between words. All lines except for the first are indented. */
function wrap(text: string, indent = 0): string {
  const room = WIDTH - indent;
  const line = new RegExp(`\\S{${room},}|\\S.{0,${room - 1}}(?=\\s|$)`, 'g');
  return (text.match(line) ?? []).join(`\n${' '.repeat(indent)}`);
}
