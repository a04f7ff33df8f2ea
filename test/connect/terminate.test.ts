// Terminates workers in the middle of a handshake: no crash, nothing is left, the other side is told.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { connect, FdSocket, Receiver, type Rendezvous } from 'uintr';
import type { Middle } from '../fixtures/handshake-worker.js';
import { folder } from '../support/addresses.js';
import { closing } from '../support/closing.js';
import { leavesNothing } from '../support/leaks.js';
import { Mailbox } from '../support/mailbox.js';
import { fixture } from '../support/remote.js';

const CYCLES = 20;

describe('a worker is terminated in a handshake while it', function () {
  const use = closing();
  const file = folder();

  const start = (way: string): Worker => {
    const workerData: Middle = { way, address: file('socket') };
    return new Worker(fixture('handshake-worker'), { workerData });
  };

  /** Runs a first worker, so that what Node keeps of it does not count. */
  async function cycles(one: () => Promise<void>): Promise<void> {
    await one();
    await leavesNothing(async () => {
      for (let i = 0; i < CYCLES; i++) await one();
    });
  }

  it('has not been asked yet', () =>
    cycles(async () => {
      const worker = start('has not been asked yet');
      await once(worker, 'message');
      const peer = await FdSocket.connect(file('socket'));
      await worker.terminate();
      // ECONNRESET if the connection had not been accepted yet.
      assert.equal(await peer.receive().catch((error: unknown) => codeOf(error)), null);
      peer.close();
      assert.equal(existsSync(file('socket')), false);
    }));

  it('decides', () =>
    cycles(async () => {
      const worker = start('decides');
      const mailbox = new Mailbox(worker);
      assert.equal(await mailbox.next(), 'listening');
      const connecting = assert.rejects(
        connect(file('socket'), { vectors: ['tick'], reconnect: false }),
        { code: 'ECONNRESET' },
      );
      assert.equal(await mailbox.next(), 'ready');
      await worker.terminate();
      await connecting;
      assert.equal(existsSync(file('socket')), false);
    }));

  it('waits for a message in receiveSync', () =>
    cycles(async () => {
      const worker = start('waits for a message in receiveSync');
      await once(worker, 'message');
      await worker.terminate();
    }));

  /** A rendezvous that decides when told to. */
  function listen(): {
    rendezvous: Rendezvous<'tick'>;
    asked: () => Promise<(allow: boolean) => void>;
  } {
    const receiver = use(new Receiver({ vectors: { tick: 1 } }));
    const deciding: ((allow: boolean) => void)[] = [];
    let onAsked: (() => void) | undefined;
    const rendezvous = receiver.listen(file('socket'), {
      requestsPerSecond: Infinity,
      handshakeTimeout: 1_000_000,
      authorize: () =>
        new Promise<boolean>((resolve) => {
          deciding.push(resolve);
          onAsked?.();
        }),
    });
    const asked = async (): Promise<(allow: boolean) => void> => {
      while (deciding.length === 0) await new Promise<void>((resolve) => (onAsked = resolve));
      return deciding.shift() ?? assert.fail();
    };
    return { rendezvous, asked };
  }

  it('has connected and asked for nothing', async () => {
    const { rendezvous } = listen();
    await cycles(async () => {
      const refusal = once(rendezvous, 'refusal');
      const worker = start('has connected');
      await once(worker, 'message');
      await worker.terminate();
      const [{ code }] = (await refusal) as [{ code: string }];
      assert.equal(code, 'ERR_UINTR_HANDSHAKE');
    });
  });

  it('waits for a reply', async () => {
    const { rendezvous, asked } = listen();
    await cycles(async () => {
      const worker = start('waits for an answer');
      const decide = await asked();
      await worker.terminate();
      const refusal = once(rendezvous, 'refusal');
      decide(true);
      const [{ code }] = (await refusal) as [{ code: string }];
      assert.equal(code, 'EPIPE');
      assert.equal(rendezvous.connections, 0);
    });
  });

  it('is being accepted', async () => {
    const { rendezvous, asked } = listen();
    await cycles(async () => {
      const worker = start('is being let in');
      const decide = await asked();
      // The worker may be gone before it is accepted.
      const gone = new Promise((resolve) => {
        rendezvous.once('disconnect', resolve).once('refusal', resolve);
      });
      decide(true);
      await worker.terminate();
      await gone;
      rendezvous.removeAllListeners();
      assert.equal(rendezvous.connections, 0);
    });
  });
});

const codeOf = (error: unknown): unknown =>
  (error as { code?: unknown }).code === 'ECONNRESET' ? null : error;
