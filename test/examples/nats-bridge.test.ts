import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { connect, Receiver } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { PATIENCE_MS } from '../support/patience.js';

const MAIN = path.join(__dirname, '../../examples/nats-bridge/main.js');
const hasServer = spawnSync('nats-server', ['--version']).status === 0;

/** Resolves with the first line that matches, and reads on: logging into a closed pipe is fatal. */
function line(stream: Readable, wanted: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    createInterface(stream)
      .on('line', (text) => {
        const match = wanted.exec(text);
        if (match !== null) resolve(match);
      })
      .on('close', () => {
        reject(new Error(`no line ${String(wanted)}`));
      });
  });
}

describe('the NATS bridge example', () => {
  const use = closing();
  const file = folder();
  const started = children();

  function serve(port: string): [ChildProcess, Promise<string>] {
    const server = started(
      spawn('nats-server', ['--addr', '127.0.0.1', '--port', port], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    const address = line(server.stderr, /Listening for client connections on (\S+)/);
    return [server, address.then(([, text = '']) => text)];
  }

  it('carries interrupts from one host’s receiver to another’s, and outlives its server', async function () {
    if (!hasServer) {
      console.log('      no nats-server here: apt-get install nats-server');
      this.skip();
    }
    const [server, listening] = serve('-1');
    const address = await listening;

    const receiver = use(new Receiver({ vectors: { tick: 5, stop: 63 } }));
    receiver.listen(file('service'));
    for (const [end, name] of [
      ['--to', 'service'],
      ['--from', 'bridge'],
    ] as const) {
      const bridge = started(
        spawn(process.execPath, [MAIN, end, file(name), '--server', address, 'tick', 'stop'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
      await line(bridge.stdout, /^ready$/);
    }

    const here = use(await connect(file('bridge'), { vectors: ['tick', 'stop'] }));
    for (const [name, vector] of [
      ['tick', 5],
      ['stop', 63],
      ['tick', 5],
    ] as const) {
      here.send(name);
      assert.equal(await receiver.wait({ timeout: PATIENCE_MS }), vector);
    }

    const gone = once(server, 'exit');
    server.kill();
    await gone;
    here.send('stop'); // the post may be lost: the other bridge may not have subscribed again yet
    await serve(address.split(':').at(-1) ?? '')[1];
    let heard = -1;
    for (let i = 0; i < 80 && heard === -1; i++) {
      here.send('stop');
      heard = await receiver.wait({ timeout: 500 });
    }
    assert.equal(heard, 63);
  });
});
