/** Checks the commands that documents show: that they exist, without running those that take long. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './testbed.js';

const { name, scripts, repository } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as { name: string; scripts: Record<string, string>; repository?: { url: string } };

/** Programs of the system, whose arguments are not looked at. */
const TOOLS = new Set(['cd', 'ulimit', 'sysctl', 'docker', 'taskset', 'strace', 'gdb', 'perf']);

/** The commands of a `sh` block, without comments and what is set for them alone. */
export const commandsOf = (text: string): string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .map((line) => line.replace(/^(\w+=\S+\s+)+/, ''))
    .filter((line) => line !== '');

const exists = (file: string): string | undefined =>
  existsSync(path.join(root, file)) ? undefined : `there is no ${file}`;

/** Why a command cannot work as it is shown; undefined when it can, as far as that can be seen. */
export function fault(command: string): string | undefined {
  const [program = '', ...args] = command.split(/\s+/);
  switch (program) {
    case 'npm':
      return npm(args);
    case 'npx':
      return npx(args);
    case 'node':
      return exists(args.find((arg) => !arg.startsWith('-')) ?? '');
    case 'git':
      return args[0] === 'clone' && args[1] !== repository?.url.replace(/^git\+/, '')
        ? 'it clones something else'
        : undefined;
    default:
      if (TOOLS.has(program)) return undefined;
      if (!program.includes('/')) return 'no check for this program';
      return exists(program) ?? (args.includes('--') ? fault(afterDashes(args)) : undefined);
  }
}

const afterDashes = (args: readonly string[]): string =>
  args.slice(args.indexOf('--') + 1).join(' ');

function npm([command = '', argument]: readonly string[]): string | undefined {
  if (command === 'install' || command === 'i') {
    return argument === undefined || argument === name ? undefined : 'it installs something else';
  }
  const script = command === 'run' ? argument : command;
  return script !== undefined && script in scripts
    ? undefined
    : `there is no script ${script ?? ''}`;
}

function npx(args: readonly string[]): string | undefined {
  const [program = '', command = ''] = args;
  if (program === '-p' || program === '--package') return fault(args.slice(2).join(' '));
  if (program !== name) return exists(path.join('node_modules/.bin', program));
  return ['doctor', 'bench', 'build', '--help', '--version'].includes(command)
    ? undefined
    : `uintr has no command ${command}`;
}
