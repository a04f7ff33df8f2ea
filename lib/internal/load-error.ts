/** Makes the error that says why there is no addon, and what to do. */

import path from 'node:path';
import process from 'node:process';
import { UintrError } from './errors.js';
import { howToBuild } from './package.js';

/** `file`: the addon that does not load; undefined when none was found. */
export function loadError(cause: unknown, file: string | undefined): UintrError {
  const { message, code, resource } = cause as NodeJS.ErrnoException & {
    readonly resource?: string; // of the permission model
  };
  // Several lines in node-gyp-build's text, a sentence in Node's.
  const why = message.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
  const what =
    file === undefined
      ? `no addon for ${process.platform}-${process.arch}`
      : `the addon ${file} does not load`;
  return new UintrError(
    'ERR_UINTR_UNSUPPORTED_PLATFORM',
    `${what}: ${why}. ${advice(code, resource, file)}`,
    undefined,
    undefined,
    cause,
  );
}

function advice(
  code: string | undefined,
  resource: string | undefined,
  file: string | undefined,
): string {
  switch (code) {
    case 'ERR_DLOPEN_DISABLED':
      return 'Start Node.js without --no-addons and, under --permission, with --allow-addons';
    case 'ERR_ACCESS_DENIED':
      return `Start Node.js with --allow-fs-read=${resource ?? '*'}`;
  }
  return file === undefined && isBundled()
    ? "This is a bundle, which cannot contain it: mark 'uintr' as external (docs/bundlers.md)"
    : howToBuild();
}

/** Whether a bundler has moved this code into a file of its own. */
function isBundled(): boolean {
  try {
    return !__filename.endsWith(path.join('dist', 'internal', 'load-error.js'));
  } catch {
    return true; // an ES module, which has no __filename
  }
}
