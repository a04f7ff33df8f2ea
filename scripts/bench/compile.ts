import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../../..');
const SOURCES = path.join(ROOT, 'scripts/bench/c');
const OUTPUT = path.join(ROOT, 'build/bench');

/** Compiles the C ping-pong, unless it is newer than its sources. Returns the program's path. */
export function compilePingPong(): string {
  const sources = readdirSync(SOURCES)
    .filter((name) => name.endsWith('.c') && name !== EMPTY_CALL)
    .map((name) => path.join(SOURCES, name));
  return compile('ping-pong', sources, ['-lrt']);
}

const EMPTY_CALL = 'empty_call.c';

/** An addon whose one function does nothing. Undefined where Node's headers are not beside it. */
export function compileEmptyCall(): string | undefined {
  const headers = path.join(path.dirname(path.dirname(process.execPath)), 'include/node');
  try {
    statSync(path.join(headers, 'node_api.h'));
  } catch {
    return undefined;
  }
  const flags = ['-shared', '-fPIC', `-I${headers}`];
  return compile('empty_call.node', [path.join(SOURCES, EMPTY_CALL)], flags);
}

function compile(name: string, sources: readonly string[], flags: readonly string[]): string {
  const output = path.join(OUTPUT, name);
  mkdirSync(OUTPUT, { recursive: true });
  const changed = Math.max(...sources.map((source) => statSync(source).mtimeMs));
  const compiled = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (compiled <= changed) {
    const strict = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
    execFileSync('cc', [...strict, ...sources, '-o', output, ...flags], { stdio: 'inherit' });
  }
  return output;
}
