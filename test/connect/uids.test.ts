import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Credentials, type ListenOptions, Receiver, type Rendezvous } from 'uintr';
import { folder } from '../support/addresses.js';
import { children, kill } from '../support/children.js';
import { closing } from '../support/closing.js';
import { Mailbox } from '../support/mailbox.js';
import { fixture } from '../support/remote.js';
import { FIRST_UID as FIRST, GROUP, otherUsers, SECOND_UID as SECOND } from '../support/users.js';

describe('a rendezvous of several users', () => {
  const use = closing();
  const file = folder();
  const started = children();
  otherUsers(file);

  function listen(options: ListenOptions<'tick'>): {
    rendezvous: Rendezvous<'tick'>;
    refusals: { pid: number | undefined; code: string }[];
  } {
    const receiver = use(new Receiver({ vectors: { tick: 1 } }));
    receiver.on('tick', () => undefined);
    const refusals: { pid: number | undefined; code: string }[] = [];
    const rendezvous = receiver.listen(file('socket'), { mode: 0o666, ...options });
    rendezvous.on('refusal', ({ code }, peer) => refusals.push({ pid: peer?.pid, code }));
    return { rendezvous, refusals };
  }

  /** Starts a process of that user, which connects and keeps its connections. Returns the results. */
  async function ask(
    uid: number,
    count = 1,
    gid = GROUP,
  ): Promise<{ child: ChildProcess; pid: number | undefined; outcomes: string[] }> {
    const child = started(
      fork(fixture('asks'), [file('socket'), String(count)], { uid, gid, cwd: '/' }),
    );
    const outcomes = (await new Mailbox(child).next()) as string[];
    return { child, pid: child.pid, outcomes: outcomes.sort() };
  }

  it('tells authorize uid, gid and pid, and a refused peer the reason', async () => {
    const asked: Credentials[] = [];
    const { refusals } = listen({
      authorize: ({ uid, gid, pid }) => {
        asked.push({ uid, gid, pid });
        return uid === FIRST;
      },
    });
    const first = await ask(FIRST);
    const second = await ask(SECOND, 1, GROUP + 1);
    assert.deepEqual(first.outcomes, ['in']);
    assert.deepEqual(second.outcomes, ['ERR_UINTR_REFUSED']);
    assert.deepEqual(asked, [
      { uid: FIRST, gid: GROUP, pid: first.pid },
      { uid: SECOND, gid: GROUP + 1, pid: second.pid },
    ]);
    assert.deepEqual(refusals, [{ pid: second.pid, code: 'ERR_UINTR_REFUSED' }]);
  });

  it('keeps users out by the mode of its file', async () => {
    const { refusals } = listen({ mode: 0o600 });
    assert.deepEqual((await ask(FIRST)).outcomes, ['EACCES']);
    assert.deepEqual(refusals, []);
  });

  it('limits the requests per user: those of one do not count for another', async () => {
    listen({ requestsPerSecond: 0.001 });
    assert.deepEqual((await ask(FIRST, 3)).outcomes, [
      'ERR_UINTR_TOO_MANY_REQUESTS',
      'ERR_UINTR_TOO_MANY_REQUESTS',
      'in',
    ]);
    assert.deepEqual((await ask(SECOND)).outcomes, ['in']);
  });

  it('keeps half of the connections for other users', async () => {
    listen({ maxConnections: 4 });
    const full = 'ERR_UINTR_TOO_MANY_CONNECTIONS';
    assert.deepEqual((await ask(FIRST, 4)).outcomes, [full, full, 'in', 'in']);
    assert.deepEqual((await ask(SECOND, 2)).outcomes, ['in', 'in']);
    assert.deepEqual((await ask(FIRST + 100)).outcomes, [full]);
  });

  it('gives the places of a user that has left to the next', async () => {
    const { rendezvous } = listen({ maxConnections: 4, maxConnectionsPerUid: 1 });
    const { child, outcomes } = await ask(FIRST);
    assert.deepEqual(outcomes, ['in']);
    assert.deepEqual((await ask(FIRST)).outcomes, ['ERR_UINTR_TOO_MANY_CONNECTIONS']);
    const gone = once(rendezvous, 'disconnect');
    await kill(child);
    await gone;
    assert.deepEqual((await ask(FIRST)).outcomes, ['in']);
  });
});
