/** The folder of this package, and what is found there. */

import path from 'node:path';

/** Returns the package's root folder. This file is compiled to dist/internal/. */
export const packageRoot = (): string => path.resolve(__dirname, '../..');

/** A word of a shell command. */
export const quoted = (word: string): string =>
  /^[\w./@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Says how to get an addon where the package brings none: lib/cli/build.ts. */
export function howToBuild(): string {
  // By path: npx would fetch a package of this name where this one is another package's dependency.
  const command = path.join(packageRoot(), 'dist/cli/main.js');
  return `To compile it here, with python3, make and g++ 11 or later: node ${quoted(command)} build`;
}
