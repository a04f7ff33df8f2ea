import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../support/testbed.js';

const FIVE = ['senduipi', 'stui', 'clui', 'testui', 'uiret'];
const WAITPKG = ['umonitor', 'umwait', 'tpause'];

/** Lists the mnemonics in a file with machine code, and the lines with a register of AVX. */
function disassemble(file: string): { mnemonics: Set<string>; wide: string[] } {
  const text = execFileSync('objdump', ['-d', '--no-show-raw-insn', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const mnemonics = new Set<string>();
  const wide: string[] = [];
  for (const [line, mnemonic = ''] of text.matchAll(/^\s*[0-9a-f]+:\s+(\w+).*$/gm)) {
    mnemonics.add(mnemonic);
    if (/%[yz]mm|%k[0-7]/.test(line)) wide.push(line);
  }
  return { mnemonics, wide };
}

function objectFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.o'))
    .map((file) => join(folder, file));
}

describe('the machine code', function () {
  const release = join(root, 'build/Release');
  const addon = join(release, 'uintr.node');

  before(function () {
    if (process.arch !== 'x64') this.skip();
    if (!existsSync(join(release, 'obj.target'))) {
      console.log('      skipped: the addon was not built here, so there are no object files');
      this.skip();
    }
  });

  it('has the five instructions, and ends the handler with UIRET', () => {
    const { mnemonics } = disassemble(addon);
    assert.deepEqual(
      FIVE.filter((mnemonic) => !mnemonics.has(mnemonic)),
      [],
    );
    assert.deepEqual(
      [...mnemonics].filter((mnemonic) => mnemonic.startsWith('iret')),
      [],
    );
  });

  for (const [instructions, file] of [
    [FIVE, 'instructions.o'],
    [WAITPKG, 'waitpkg.o'],
  ] as const) {
    it(`has ${instructions.join(', ')} in one object file only`, () => {
      const having = objectFiles(join(release, 'obj.target')).filter((object) => {
        const { mnemonics } = disassemble(object);
        return instructions.some((mnemonic) => mnemonics.has(mnemonic));
      });
      assert.deepEqual(
        having.map((object) => basename(object)),
        [file],
      );
    });
  }

  it(`has ${WAITPKG.join(', ')}, and asks whether the CPU has them before each call`, () => {
    const { mnemonics } = disassemble(addon);
    assert.deepEqual(
      WAITPKG.filter((mnemonic) => !mnemonics.has(mnemonic)),
      [],
    );
    const text = execFileSync('objdump', ['-dC', '--no-show-raw-insn', addon], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const uses = /\b(?:call|jmp) .*<uintr::waitpkg::(?:monitor|rest|pause)\(/;
    const users = text.split(/\n\n/).filter((code) => uses.test(code));
    assert.notDeepEqual(users, []);
    for (const code of users) {
      const question = code.search(/\bcall .*<uintr::waitpkg::isThere\(/);
      assert.ok(question >= 0 && question < code.search(uses), code);
    }
  });

  // Only time shows this behaviour: native/js/last_post.h.
  it('prefetches the cache line of the next post where JavaScript gets a vector', () => {
    const having = objectFiles(join(release, 'obj.target')).filter(
      (object) => basename(object) === 'receiver_binding.o',
    );
    assert.equal(having.length, 1);
    for (const object of having) assert.ok(disassemble(object).mnemonics.has('prefetchw'));
  });

  it('runs on any x86-64 CPU of 2013: neither AVX nor BMI', () => {
    const { mnemonics, wide } = disassemble(addon);
    assert.deepEqual(wide, []);
    const newer = /^(andn|bextr|bls|bzhi|lzcnt|mulx|pdep|pext|rorx|sarx|shlx|shrx|movbe|v[a-z])/;
    // The 80286 has verr and verw; tzcnt is `rep bsf`, which older CPUs execute as bsf.
    const found = [...mnemonics].filter((m) => newer.test(m) && m !== 'verr' && m !== 'verw');
    assert.deepEqual(found, []);
  });

  it('has a handler that calls nothing and touches no vector register', () => {
    const text = execFileSync(
      'objdump',
      ['-dr', '--no-show-raw-insn', '-C', ...objectFiles(release).filter(isInstructions)],
      { encoding: 'utf8' },
    );
    const handler = /<[^\n]*onInterrupt[^\n]*>:\n([\s\S]*?)\n\n/.exec(`${text}\n\n`)?.[1] ?? '';
    assert.match(handler, /uiret/);
    // UIRET would undo a CLUI.
    assert.doesNotMatch(handler, /clui/);
    assert.doesNotMatch(handler, /\bcall|\bsyscall|%xmm|%st|GOTTPOFF|TLSGD|TLSLD|TLSDESC/);
  });
});

const isInstructions = (file: string): boolean => basename(file) === 'instructions.o';
