import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { connect, type Connection } from 'uintr';
import { folder } from '../support/addresses.js';
import { children } from '../support/children.js';
import { closing } from '../support/closing.js';
import { Mailbox } from '../support/mailbox.js';
import { fixture } from '../support/remote.js';

/** A user for this test alone: the kernel counts descriptors in flight per user. */
const UID = 61_003;
/** The kernel lets a user exceed this limit once (net/core/scm.c, too_many_unix_fds). */
const LIMIT = 100;

interface State {
  readonly code: string;
  readonly fds: number;
  readonly connections: number;
}

describe('too many descriptors in flight', () => {
  const use = closing();
  const file = folder();
  const started = children();
  let service: ChildProcess;
  let mailbox: Mailbox;
  before(function () {
    if (process.getuid?.() === 0) return;
    console.log(
      '      not root here, so no process of a user without privileges and other processes',
    );
    this.skip();
  });
  beforeEach(async () => {
    chmodSync(file('.'), 0o777);
    service = started(
      spawn(
        'prlimit',
        [`--nofile=${LIMIT}:${LIMIT}`, process.execPath, fixture('in-flight'), file('socket')],
        { uid: UID, gid: UID, cwd: '/', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
      ),
    );
    mailbox = new Mailbox(service);
    assert.equal(await mailbox.next(), 'listening');
  });

  async function tell(command: { hold?: number; create?: true }): Promise<State> {
    service.send(command);
    return (await mailbox.next()) as State;
  }

  const attempt = (): Promise<Connection<'tick'>> =>
    connect(file('socket'), {
      vectors: ['tick'],
      reconnect: false,
      authorize: ({ uid }) => uid === UID,
    });

  it('are ETOOMANYREFS in send and createFd, and none is left open', async () => {
    const before = await tell({ hold: 0 });
    assert.equal((await tell({ hold: 3 * LIMIT })).code, 'ETOOMANYREFS');
    for (let i = 0; i < 10; i++) {
      const { code, fds } = await tell({ create: true });
      assert.deepEqual({ code, fds }, { code: 'ETOOMANYREFS', fds: before.fds });
    }
    await tell({ hold: 0 });
    assert.equal((await tell({ create: true })).code, 'done');
  });

  // In the last case the bundle of the vector fd can still be sent, and the reply cannot.
  for (const held of [3 * LIMIT, LIMIT + 1, LIMIT]) {
    it(`make the receiver refuse a peer, with ${held} in flight, and not the next`, async () => {
      const first = use(await attempt());
      const before = await tell({ hold: 0 });
      await tell({ hold: held - 3 }); // the first connection has three
      for (let i = 0; i < 10; i++) {
        await assert.rejects(attempt(), { code: 'ETOOMANYREFS' });
        first.send('tick');
        assert.equal(await mailbox.next(), 'tick');
      }
      let after = await tell({ hold: 0 });
      // The descriptors made for the last peer are closed in a turn of their own.
      for (let i = 0; i < 100 && after.fds > before.fds; i++) after = await tell({ hold: 0 });
      assert.deepEqual(after, before);
      const next = use(await attempt());
      next.send('tick');
      assert.equal(await mailbox.next(), 'tick');
    });
  }
});
