import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { python } from './remote.js';

/** A hostile holder of a vector fd, in a process of its own: fixtures/hostile.py. */
export class Hostile implements Disposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(fd: number) {
    this.#child = spawn('python3', [python('hostile')], {
      stdio: ['pipe', 'pipe', 'inherit', fd],
    });
    if (this.#child.stdout === null) throw new Error('no pipe');
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  static async holding(fd: number): Promise<Hostile> {
    const hostile = new Hostile(fd);
    await hostile.#answer();
    return hostile;
  }

  /** Resolves when an attack is done, or has begun if it never ends. */
  does(what: string): Promise<string> {
    this.#child.stdin?.write(`${what}\n`);
    return this.#answer();
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }

  async gone(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  async #answer(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the hostile holder has failed');
    return line.value;
  }
}
