import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { root } from '../support/testbed.js';

interface Outcome {
  readonly backend: string | null;
  readonly reason: string;
  readonly receiver: { readonly code?: string; readonly message?: string };
  readonly sender: { readonly code?: string; readonly message?: string };
}

/** Loads the package where `process` has these properties, by a Node with these flags. */
function load(properties: object, flags: readonly string[] = []): Outcome {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, fixture('elsewhere'), JSON.stringify(properties)],
    { encoding: 'utf8', timeout: PATIENCE_MS },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Outcome;
}

/** The constructors throw, and say the same as capabilities(). */
function assertUnsupported({ backend, reason, receiver, sender }: Outcome, pattern: RegExp): void {
  assert.equal(backend, null);
  assert.match(reason, pattern);
  const error = { name: 'UintrError', code: 'ERR_UINTR_UNSUPPORTED_PLATFORM', message: reason };
  assert.deepEqual(receiver, error);
  assert.deepEqual(sender, error);
}

const { versions } = process;

describe('a platform without support', () => {
  for (const platform of ['darwin', 'win32']) {
    it(`loads the package and says why it cannot serve: ${platform}`, () => {
      assertUnsupported(load({ platform }), new RegExp(`^uintr needs Linux; this is ${platform}$`));
    });
  }

  it('includes Bun and Deno, which have no libuv: there the addon would end the process', () => {
    for (const [name, shown] of [
      ['bun', 'Bun'],
      ['deno', 'Deno'],
    ] as const) {
      const outcome = load({ versions: { ...versions, [name]: '1.2.3' } });
      assertUnsupported(outcome, new RegExp(`libuv.*; this is ${shown} 1\\.2\\.3$`));
    }
  });

  it('includes the processes in which Electron runs a loop around that of Node', () => {
    const electron = { versions: { ...versions, electron: '45.0.0' } };
    assertUnsupported(load({ ...electron, type: 'browser' }), /libuv.*Electron's browser process/);
    // ELECTRON_RUN_AS_NODE, and worker threads.
    assert.notEqual(load(electron).backend, null);
  });

  it('includes any where addons are forbidden, and the reason is in the message', () => {
    const outcome = load({}, ['--no-addons']);
    assertUnsupported(outcome, /addon.*disabled.*\. Start Node.js without --no-addons/);
  });

  it('includes any without permission for addons or for the files of the package', () => {
    const [major = 0] = versions.node.split('.').map(Number);
    const permission = major < 22 ? '--experimental-permission' : '--permission';
    const read = ['--allow-fs-read=*'];
    assertUnsupported(load({}, [permission, ...read]), /addon.*\. Start Node.js .*--allow-addons/);
    // Not for /etc/alpine-release, at which node-gyp-build looks. A later Node may say that there is
    // no such file, which will do.
    const some = load({}, [permission, '--allow-addons', `--allow-fs-read=${root}/`]);
    if (some.backend === null) {
      assertUnsupported(some, /restricted\. Start Node.js with --allow-fs-read=\/etc\//);
    }
  });
});
