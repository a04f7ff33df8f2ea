import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { root, workshop } from '../support/testbed.js';

const WARNINGS = ['-std=c++20', '-Wall', '-Wextra', '-Werror', '-Wno-cast-function-type'];

function sources(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, 'native', folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.cc'))
      .map((file) => join(root, 'native', folder, file)),
  );
}

function compile(compiler: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(
    compiler,
    [...WARNINGS, `-I${join(root, 'native')}`, ...args],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr);
}

describe('without user interrupts in the compiler', function () {
  const file = workshop();
  const cxx = process.env['CXX'] ?? 'c++';

  it('the hardware backend compiles, and says why it is not there', () => {
    const main = file('main.cc');
    const text = `
      #include <cstdio>
      #include "backends/hardware/hardware.h"
      int main() {
        const auto& detection = uintr::hardware::detect();
        std::printf("%d %d %s", detection.compiled, detection.usable, detection.reason.c_str());
      }`;
    execFileSync('sh', ['-c', 'cat > "$0"', main], { input: text });
    const program = file('without');
    compile(cxx, '-DUINTR_HAS_HARDWARE=0', '-o', program, main, ...sources('backends/hardware'));
    const output = execFileSync(program, { encoding: 'utf8' });
    assert.match(output, /^0 0 this addon was compiled by a compiler without user interrupts/);
  });
});

describe('on arm64', function () {
  const cxx = 'aarch64-linux-gnu-g++';

  before(function () {
    if (process.platform !== 'linux') this.skip();
    if (spawnSync(cxx, ['--version']).status !== 0) {
      console.log(`      skipped: there is no ${cxx} (Debian: g++-aarch64-linux-gnu)`);
      this.skip();
    }
  });

  it('all of the addon compiles', () => {
    const node = join(dirname(process.execPath), '../include/node');
    const { include_dir: addonApi } = createRequire(__filename)('node-addon-api') as {
      include_dir: string;
    };
    for (const source of sources('.')) {
      compile(
        cxx,
        ...['-fsyntax-only', '-DNAPI_VERSION=8', '-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL'],
        ...[`-I${resolve(addonApi)}`, '-isystem', node, source],
      );
    }
  });
});
