// Uses the packed package as people do: each folder of test/consumers is a little project that
// installs it and has a script `test` or scripts `test:…`. A line per script; ends in 1 if one fails.
//
//   npm run check:consumers                    all of them
//   npm run check:consumers -- --quick         those that need no big download (what CI runs)
//   npm run check:consumers -- jest-29 vitest  these
'use strict';

const { execFileSync, spawn } = require('node:child_process');
const {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.dirname(__dirname);
const consumers = path.join(root, 'test/consumers');
const QUICK = ['install', 'jest-30', 'tracers', 'tsx'];
const LIMIT_MS = 10 * 60_000;

const folders = readdirSync(consumers, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'common')
  .map(({ name }) => name);
const names = process.argv.slice(2);
const chosen = names.length === 0 ? folders : names[0] === '--quick' ? QUICK : names;
for (const name of chosen) {
  if (folders.includes(name)) continue;
  console.error(`No consumer ${name}: ${folders.join(', ')}, or --quick.`);
  process.exit(2);
}

const scratch = mkdtempSync(path.join(os.tmpdir(), 'uintr-consumers-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Packs the package with the addon of build/Release as its prebuilt one; returns the tarball. */
function pack() {
  const prebuilds = path.join(root, 'prebuilds');
  const aside = path.join(scratch, 'prebuilds'); // what will be published stays as it is
  if (existsSync(prebuilds)) cpSync(prebuilds, aside, { recursive: true });
  try {
    rmSync(prebuilds, { recursive: true, force: true });
    const prebuilt = path.join(prebuilds, `${process.platform}-${process.arch}/uintr.node`);
    mkdirSync(path.dirname(prebuilt), { recursive: true });
    copyFileSync(path.join(root, 'build/Release/uintr.node'), prebuilt);
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch];
    const packed = execFileSync('npm', args, { cwd: root, encoding: 'utf8' });
    return path.join(scratch, JSON.parse(packed)[0].filename);
  } finally {
    rmSync(prebuilds, { recursive: true });
    if (existsSync(aside)) cpSync(aside, prebuilds, { recursive: true });
  }
}

/** Runs a command in its own process group, which ends with it; returns what it said if it failed. */
async function failureOf(command, commandArgs, cwd, env) {
  const child = spawn(command, commandArgs, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const endGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // nobody is left
    }
  };
  const timer = setTimeout(() => {
    output += `\nended after ${LIMIT_MS / 60_000} minutes\n`;
    endGroup();
  }, LIMIT_MS);
  const [code] = await new Promise((resolve) => child.once('exit', (...end) => resolve(end)));
  clearTimeout(timer);
  endGroup();
  return code === 0 ? undefined : output;
}

function report(name, begin, failure) {
  const seconds = Math.round((Date.now() - begin) / 1000);
  console.log(`${failure === undefined ? '✔' : '✘'} ${name} (${seconds} s)`);
  if (failure === undefined) return;
  console.log(failure.trim().split('\n').slice(-60).join('\n').replace(/^/gm, '    '));
  process.exitCode = 1;
}

async function check(name, tarball) {
  const project = path.join(scratch, name);
  cpSync(path.join(consumers, name), project, { recursive: true });
  cpSync(path.join(consumers, 'common'), path.join(project, 'common'), { recursive: true });
  // This command's own npm hands its settings down, among them the folder in which it runs.
  const env = { UINTR_BACKEND: 'software', ...process.env, UINTR_TARBALL: tarball };
  for (const key of Object.keys(env)) if (/^npm_(?!config_registry)/i.test(key)) delete env[key];
  const begin = Date.now();
  const install = ['install', '--no-audit', '--no-fund', '--no-package-lock', tarball];
  const failure = await failureOf('npm', install, project, env);
  if (failure !== undefined) {
    report(`${name}, npm install`, begin, failure);
    return;
  }
  const { scripts } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'));
  for (const script of Object.keys(scripts)) {
    const start = Date.now();
    const title = script === 'test' ? name : `${name} ${script.slice('test:'.length)}`;
    report(title, start, await failureOf('npm', ['run', '-s', script], project, env));
  }
  rmSync(project, { recursive: true });
}

async function main() {
  const tarball = pack();
  for (const name of chosen) await check(name, tarball);
}

void main();
