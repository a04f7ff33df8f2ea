// Moves the standalone server elsewhere, starts it and asks its one route.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { cpSync, mkdtempSync, rmSync } = require('node:fs');
const { createServer } = require('node:net');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function main() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-next-'));
  cpSync('.next/standalone', folder, { recursive: true, verbatimSymlinks: true });
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), HOSTNAME: '127.0.0.1' };
  const server = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const text of server.stdout) {
      process.stdout.write(text);
      if (/Ready/.test(text)) break;
    }
    const response = await fetch(`http://127.0.0.1:${port}/ring`);
    assert.deepEqual(await response.json(), { vector: 7 });
    console.log('used');
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
