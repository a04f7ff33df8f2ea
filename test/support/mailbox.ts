import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';

/** The messages of a worker or a child, queued until a test asks for them. */
export class Mailbox {
  readonly #messages: unknown[] = [];
  readonly #waiting: {
    readonly resolve: (message: unknown) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  #ended: Error | undefined;

  constructor(peer: Worker | ChildProcess) {
    const emitter: NodeJS.EventEmitter = peer;
    emitter.on('message', (message: unknown) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#messages.push(message);
      else waiting.resolve(message);
    });
    emitter.on('error', (error: Error) => {
      this.#end(error);
    });
    // A child's last messages can come after its 'exit'; a worker has no 'disconnect'.
    emitter.on('disconnect' in peer ? 'disconnect' : 'exit', () => {
      this.#end(new Error('the peer is gone'));
    });
  }

  next(): Promise<unknown> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
