import { afterEach } from 'mocha';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { kill } from './children.js';
import type { Command } from './commands.js';
import { Mailbox } from './mailbox.js';

/** The compiled fixture. */
export const fixture = (name: string): string => path.join(__dirname, '../fixtures', `${name}.js`);

/** A worker or a child process that runs fixtures/peer.ts. */
export class Remote<Peer extends Worker | ChildProcess = Worker | ChildProcess> {
  readonly #mailbox: Mailbox;

  constructor(readonly peer: Peer) {
    this.#mailbox = new Mailbox(peer);
  }

  /** Asks, and resolves with the answer. */
  ask(command: Command): Promise<unknown> {
    this.tell(command);
    return this.#mailbox.next();
  }

  tell(command: Command): void {
    if (this.peer instanceof Worker) this.peer.postMessage(command);
    else this.peer.send(command);
  }

  /** The next message that was not the answer to an `ask`. */
  next(): Promise<unknown> {
    return this.#mailbox.next();
  }

  /** Kills the peer: SIGKILL, or Worker.terminate(). */
  async kill(): Promise<void> {
    if (this.peer instanceof Worker) await this.peer.terminate();
    else await kill(this.peer);
  }
}

export interface Remotes {
  readonly worker: () => Remote<Worker>;
  /** The descriptors become 3, 4 and so on in the child. */
  readonly child: (...fds: number[]) => Remote<ChildProcess>;
}

/** Starts peers that end with the test. Call it inside `describe`. */
export function remotes(): Remotes {
  const started: Remote[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((remote) => remote.kill()));
  });
  const add = <Peer extends Worker | ChildProcess>(peer: Peer): Remote<Peer> => {
    const remote = new Remote(peer);
    started.push(remote);
    return remote;
  };
  return {
    worker: () => add(new Worker(fixture('peer'))),
    child: (...fds) => {
      // IPC gets a descriptor after the vector fds.
      return add(
        spawn(process.execPath, [fixture('peer')], {
          stdio: ['ignore', 'inherit', 'inherit', ...fds, 'ipc'],
        }),
      );
    },
  };
}

/** A Python script among the fixtures; it is not compiled. */
export const python = (name: string): string =>
  path.join(__dirname, '../../../../test/fixtures', `${name}.py`);
