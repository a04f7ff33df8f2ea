// Copies the files that nft finds, and runs the program from the copy.
'use strict';

const { execFileSync } = require('node:child_process');
const { cpSync, mkdtempSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { nodeFileTrace } = require('@vercel/nft');

async function main() {
  const { fileList } = await nodeFileTrace(['common/use.cjs']);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-nft-'));
  try {
    for (const file of fileList) cpSync(file, path.join(folder, file));
    const program = path.join(folder, 'common/use.cjs');
    execFileSync(process.execPath, [program], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
