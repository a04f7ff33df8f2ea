import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The package's root. */
export const ROOT = path.resolve(__dirname, '../..');

export function version(): string {
  const text = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
