// `uintr build`: compiles the addon where the package brings none for the machine. It uses the
// node-gyp that comes with npm, and the headers of the running Node where they lie beside it.

import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot, quoted } from '../internal/package.js';

const HELP = `Usage: uintr build

Compiles the addon, for a machine that the package brings none for. Needs npm, python3, make, and
g++ 11 or later; and the network, for Node's headers, unless they are installed beside Node.

Options:
  -h, --help  this`;

const NEEDS = 'Not compiled. It takes npm, python3, make and g++ 11 or later.';

export function build(args: readonly string[]): number {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  if (parseArgs({ args: [...args], options }).values.help === true) {
    console.log(HELP);
    return 0;
  }
  const root = packageRoot();
  const folder = path.join(root, 'build/compile');
  const result = path.join(root, 'build/Release/uintr.node');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    // At the top of the package npm, yarn and pnpm would compile whatever has a binding.gyp.
    copyFileSync(path.join(root, 'dist/binding.gyp'), path.join(folder, 'binding.gyp'));
    cpSync(path.join(root, 'native'), path.join(folder, 'native'), { recursive: true });
    if (!nodeGyp(folder)) {
      console.error(NEEDS);
      return 1;
    }
    mkdirSync(path.dirname(result), { recursive: true });
    renameSync(path.join(folder, 'build/Release/uintr.node'), result);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`Compiled ${result}`);
  return 0;
}

function nodeGyp(cwd: string): boolean {
  const prefix = path.dirname(path.dirname(process.execPath));
  const hasHeaders = existsSync(path.join(prefix, 'include/node/node_api.h'));
  const headers = hasHeaders ? ` --nodedir=${quoted(prefix)}` : '';
  // npm has its own node-gyp in the PATH of what it runs.
  const call = `node-gyp rebuild --loglevel=warn --jobs=max${headers}`;
  // What a later compiler warns of is no reason to go without.
  const env = { ...process.env, CXXFLAGS: `${process.env['CXXFLAGS'] ?? ''} -Wno-error` };
  const { status, error } = spawnSync('npm', ['exec', '--call', call], {
    cwd,
    env,
    stdio: 'inherit',
  });
  if (error !== undefined) console.error(`npm: ${error.message}`);
  return status === 0;
}
