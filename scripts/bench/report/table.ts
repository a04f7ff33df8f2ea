// Tables and numbers of the report, as text.

import Table from 'cli-table3';
import type { Figure } from '../statistics.js';

type Align = 'left' | 'right';

/** Draws a table. A column whose head begins with '<' has text, any other has figures. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const result = new Table({
    head: heads.map((head) => head.replace('<', '')),
    colAligns: heads.map((head): Align => (head.startsWith('<') ? 'left' : 'right')),
    style: { compact: true, head: [], border: [] },
  });
  result.push(...rows.map((row) => [...row]));
  return result.toString();
}

/** Formats nanoseconds in microseconds. */
export const micros = (nanoseconds: number): string => {
  const value = nanoseconds / 1000;
  return value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0);
};
export const nanos = (nanoseconds: number): string =>
  nanoseconds.toFixed(nanoseconds < 100 ? 1 : 0);
export const times = (ratio: number | undefined): string =>
  ratio === undefined ? '' : ratio.toFixed(2);
export const count = (value: number): string => Math.round(value).toLocaleString('en');

/** The least and the greatest of the runs. */
export const range = ({ least, greatest }: Figure, format: (value: number) => string): string =>
  `${format(least)} - ${format(greatest)}`;
