// Runs clang-tidy with the checks of .clang-tidy over native/, and over what has changed since only.
// The compiler's arguments come from build/Release/compile_commands.json (scripts/build-native.js).
'use strict';

const { execFile, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.dirname(__dirname);
const passedFile = path.join(root, 'build/clang-tidy.json');

function hashOf(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}

/** Whether clang-tidy finds nothing in a source. Prints what it finds. */
function passes(source) {
  return new Promise((resolve) => {
    const args = ['--quiet', '-p', 'build/Release', source];
    execFile('clang-tidy', args, { cwd: root }, (error, stdout, stderr) => {
      // It counts the warnings of headers from elsewhere on stderr, which nobody wants.
      if (error) console.error(`${source}\n${stdout || stderr}`);
      resolve(!error);
    });
  });
}

async function main() {
  if (process.platform !== 'linux') {
    console.log('clang-tidy: skipped, the addon is compiled on Linux only.');
    return;
  }
  const { stdout: version, error } = spawnSync('clang-tidy', ['--version'], { encoding: 'utf8' });
  if (error) {
    console.log('clang-tidy: skipped, it is not installed (Debian: apt-get install clang-tidy).');
    if (process.env.CI) process.exitCode = 1;
    return;
  }

  const native = path.join(root, 'native');
  const files = readdirSync(native, { recursive: true }).map((file) => path.join('native', file));
  const read = (file) => readFileSync(path.join(root, file), 'utf8');
  // A changed header is a reason to look at every source again: each is a second or two.
  const headers = files.filter((file) => file.endsWith('.h')).sort();
  const commands = 'build/Release/compile_commands.json';
  const common = hashOf(version, ...['.clang-tidy', commands, ...headers].map(read));
  const sources = files.filter((file) => file.endsWith('.cc')).sort();

  const passed = new Set(
    existsSync(passedFile) ? JSON.parse(readFileSync(passedFile, 'utf8')) : [],
  );
  const keys = new Map(sources.map((source) => [source, hashOf(common, source, read(source))]));
  const left = sources.filter((source) => !passed.has(keys.get(source)));
  const failed = new Set();
  const work = async () => {
    for (let source = left.pop(); source !== undefined; source = left.pop()) {
      if (!(await passes(source))) failed.add(source);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, work));

  const passing = sources.filter((source) => !failed.has(source));
  writeFileSync(passedFile, JSON.stringify(passing.map((source) => keys.get(source))));
  console.log(`clang-tidy: ${sources.length} sources, ${failed.size} with findings`);
  if (failed.size > 0) process.exitCode = 1;
}

void main();
