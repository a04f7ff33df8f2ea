import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { connect, type ConnectOptions, type Peer, Receiver, type UintrError } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { listening } from '../support/listening.js';
import { Mailbox } from '../support/mailbox.js';
import { PATIENCE_MS } from '../support/patience.js';
import { fixture } from '../support/remote.js';
import { settles } from '../support/settle.js';
import {
  FIRST_UID as SERVICE,
  GROUP,
  otherUsers,
  SECOND_UID as ANOTHER,
} from '../support/users.js';

const NOBODY = 65_534;
/** One run of the testbed has processes of one user, so those of others use software. */
const env = { ...process.env, UINTR_BACKEND: 'software' };
const UNTRUSTED = 'ERR_UINTR_UNTRUSTED_SERVICE';

describe('who listens: connect', () => {
  const use = closing();
  const file = folder();
  const { listen } = listening(use, file);
  const ask = (
    options: Partial<ConnectOptions<'tick'>>,
    address = file('socket'),
  ): ReturnType<typeof connect<'tick'>> =>
    connect(address, { vectors: ['tick'], reconnect: false, timeout: PATIENCE_MS, ...options });

  describe('with authorize', () => {
    it('tells it who listens, and connects if it says true', async () => {
      const { receiver } = listen();
      const peers: Peer[] = [];
      const connection = use(
        await ask({
          authorize: (peer) => {
            peers.push(peer);
            return Promise.resolve(true);
          },
        }),
      );
      const us = { pid: process.pid, uid: process.geteuid?.(), gid: process.getegid?.() };
      const [peer = assert.fail()] = peers;
      const { pid, uid, gid } = peer;
      assert.deepEqual({ pid, uid, gid }, us);
      assert.throws(() => peer.pidFd(), { code: 'ERR_UINTR_CLOSED' }); // it was for the decision
      assert.deepEqual(connection.peer, us);
      connection.send('tick');
      assert.equal(await receiver.wait(), 1);
      connection.close();
      assert.equal(connection.peer, undefined);
    });

    it('asks for nothing, and ends, if it says anything else', async () => {
      const { refusals } = listen();
      const mistake = new Error('a mistake');
      const answers: [() => boolean | Promise<boolean>, unknown][] = [
        [() => false, undefined],
        [() => Promise.resolve(false), undefined],
        [() => 'yes' as unknown as boolean, undefined],
        [
          () => {
            throw mistake;
          },
          mistake,
        ],
        [() => Promise.reject(mistake), mistake],
      ];
      for (const [authorize, cause] of answers) {
        await assert.rejects(ask({ authorize, reconnect: true }), (error: UintrError) => {
          assert.equal(error.code, UNTRUSTED);
          assert.equal(error.cause, cause);
          return true;
        });
      }
      await settles(() => {
        assert.deepEqual(refusals, Array(answers.length).fill('ERR_UINTR_HANDSHAKE'));
      });
    });

    it('gives it as long as an attempt may take', async () => {
      listen();
      const never = (): Promise<boolean> => new Promise(() => undefined);
      await assert.rejects(ask({ authorize: never, timeout: 20 }), { code: 'ERR_UINTR_TIMEOUT' });
    });

    it('asks it anew when it comes back', async () => {
      const { receiver } = listen();
      let allowed = true;
      const authorize = (): boolean => allowed;
      const connection = use(await ask({ authorize, reconnect: true, maxDelay: 20 }));
      const closed = once(connection, 'close');
      allowed = false;
      receiver.close();
      listen();
      const [reason] = (await closed) as [UintrError];
      assert.equal(reason.code, UNTRUSTED);
    });

    it('refuses what is no function', async () => {
      await assert.rejects(ask({ authorize: true as unknown as () => boolean }), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
    });
  });

  describe('to a service of another user', () => {
    const started = children();
    otherUsers(file);

    function make(name: string, mode: number, uid = 0): string {
      mkdirSync(file(name));
      chmodSync(file(name), mode);
      chownSync(file(name), uid, GROUP);
      return file(name);
    }

    /** Starts a service as that user. */
    async function serve(address: string, uid = SERVICE): Promise<ChildProcess> {
      const child = started(
        fork(fixture('rendezvous'), ['listen', address], { uid, gid: GROUP, cwd: '/', env }),
      );
      assert.equal(await new Mailbox(child).next(), 'listening');
      return child;
    }

    /** Connects from a process of another user, or in a user namespace. Returns the outcome. */
    async function askAs(
      address: string,
      options: Parameters<typeof fork>[2] & object,
    ): Promise<unknown> {
      const child = started(fork(fixture('asks'), [address, '1'], { cwd: '/', env, ...options }));
      return new Mailbox(child).next();
    }

    it('trusts it in a folder of its own', async () => {
      const service = await serve(`${make('own', 0o755, SERVICE)}/socket`);
      const connection = use(await ask({}, file('own/socket')));
      assert.deepEqual(connection.peer, { pid: service.pid, uid: SERVICE, gid: GROUP });
    });

    for (const [what, mode, owner] of [
      ['all can write to', 0o777, 0],
      ['all can write to, a sticky one', 0o1777, 0],
      ['a group can write to', 0o775, SERVICE],
      ['a third user owns', 0o777, ANOTHER],
    ] as const) {
      it(`refuses it in a folder that ${what}, unless authorize knows it`, async () => {
        const address = `${make('shared', mode, owner)}/socket`;
        await serve(address);
        if (owner === ANOTHER) chmodSync(file('shared'), 0o755);
        await assert.rejects(ask({ reconnect: true }, address), { code: UNTRUSTED });
        use(await ask({ authorize: ({ uid }) => uid === SERVICE }, address));
      });
    }

    for (const [what, mode, trusted] of [
      ['all can write to', 0o777, false],
      ['all can write to, a sticky one', 0o1777, false],
      ['only root can write to', 0o755, true],
    ] as const) {
      it(`${trusted ? 'trusts' : 'refuses'} it in a folder within one that ${what}`, async () => {
        make('outer', mode);
        const address = `${make('outer/own', 0o755, SERVICE)}/socket`;
        await serve(address);
        if (trusted) use(await ask({}, address));
        else await assert.rejects(ask({}, address), { code: UNTRUSTED });
      });
    }

    it('looks at the folders of symbolic links, and at those behind', async () => {
      make('own', 0o755, SERVICE);
      make('shared', 0o1777);
      await serve(file('own/socket'));
      await serve(file('shared/socket'));
      symlinkSync('own/socket', file('good'));
      symlinkSync(file('own'), file('good-folder'));
      symlinkSync('shared/socket', file('bad'));
      symlinkSync(file('own/socket'), file('shared/link'));
      symlinkSync('./bad', file('bad2'));
      for (const name of ['good', 'good-folder/socket', 'shared/../good-folder/../own/socket']) {
        use(await ask({}, file(name)));
      }
      for (const name of ['bad', 'bad2', 'shared/link']) {
        await assert.rejects(ask({}, file(name)), { code: UNTRUSTED });
      }
    });

    it('finds the folders of a path relative to the working directory', async () => {
      const before = process.cwd();
      await serve(`${make('own', 0o755, SERVICE)}/socket`);
      await serve(`${make('shared', 0o777)}/socket`);
      process.chdir(file('own'));
      try {
        use(await ask({}, 'socket'));
        await assert.rejects(ask({}, '../shared/socket'), { code: UNTRUSTED });
      } finally {
        process.chdir(before);
      }
    });

    it('refuses it at an abstract name, unless authorize knows it', async () => {
      const name = `uintr-test-trust-${process.pid}`;
      // An argument of a process cannot begin with a NUL.
      await serve(`@${name}`);
      await assert.rejects(ask({}, `\0${name}`), { code: UNTRUSTED });
      use(await ask({ authorize: ({ uid }) => uid === SERVICE }, `\0${name}`));
    });

    it('refuses it when it takes the place of ours', async () => {
      const address = `${make('shared', 0o1777)}/socket`;
      const receiver = use(new Receiver({ vectors: { tick: 1 } }));
      receiver.listen(address);
      const connection = use(await ask({ reconnect: true, maxDelay: 20 }, address));
      const closed = once(connection, 'close');
      receiver.close();
      await serve(address);
      const [reason] = (await closed) as [UintrError];
      assert.equal(reason.code, UNTRUSTED);
    });

    it('trusts root and the own user anywhere', async () => {
      const address = `${make('shared', 0o1777)}/socket`;
      await serve(`${address}-0`, 0);
      chmodSync(`${address}-0`, 0o666);
      assert.deepEqual(await askAs(`${address}-0`, { uid: SERVICE, gid: GROUP }), ['in']);
      for (const uid of [SERVICE, NOBODY]) {
        await serve(`${address}-${uid}`, uid);
        assert.deepEqual(await askAs(`${address}-${uid}`, { uid, gid: GROUP }), ['in']);
      }
    });

    it('trusts no user whom its user namespace does not know', async () => {
      const address = `${make('shared', 0o1777)}/socket`;
      const receiver = use(new Receiver({ vectors: { tick: 1 } }));
      receiver.listen(address, { mode: 0o666 });
      // All uids look like 65534 there, our own included.
      const elsewhere = { execPath: 'unshare', execArgv: ['--user', process.execPath] };
      assert.deepEqual(await askAs(address, elsewhere), [UNTRUSTED]);
    });
  });
});
