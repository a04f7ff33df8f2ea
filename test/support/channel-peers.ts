/** The other ends of channels: fixtures/channel-peer.ts. */

import { afterEach } from 'mocha';
import { type ChildProcess, spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { Channel, OpenChannelOptions } from 'uintr';
import { kill } from './children.js';
import { Mailbox } from './mailbox.js';
import { fixture } from './remote.js';

export interface ChannelPeer {
  readonly mailbox: Mailbox;
  /** Of a worker: what it waits for. */
  tell(what: unknown): void;
  kill(): Promise<void>;
}

type Start = <Out, In>(
  channel: Channel<Out, In>,
  role: string,
  options?: OpenChannelOptions<unknown>,
) => Promise<ChannelPeer>;

export interface ChannelPeers {
  readonly worker: Start;
  readonly child: Start;
}

/** Starts peers that end with the test. Call it inside `describe`. */
export function channelPeers(): ChannelPeers {
  const started: ChannelPeer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((peer) => peer.kill()));
  });
  const ready = async (peer: Worker | ChildProcess): Promise<ChannelPeer> => {
    const made: ChannelPeer = {
      mailbox: new Mailbox(peer),
      tell: (what) => {
        if (peer instanceof Worker) peer.postMessage(what);
      },
      kill: async () => {
        if (peer instanceof Worker) await peer.terminate();
        else await kill(peer);
      },
    };
    started.push(made);
    const first = await made.mailbox.next();
    if (first !== 'ready') throw new Error(`the peer says ${JSON.stringify(first)}`);
    return made;
  };
  return {
    worker: ({ peerFd: fd }, role, options = {}) =>
      ready(new Worker(fixture('channel-peer'), { workerData: { fd, role, options } })),
    child: ({ peerFd }, role, options = {}) =>
      ready(
        spawn(process.execPath, [fixture('channel-peer'), JSON.stringify({ role, options })], {
          stdio: ['ignore', 'inherit', 'inherit', peerFd, 'ipc'],
        }),
      ),
  };
}
