import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that answers each line with a line. */
export class LinePeer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  /** The descriptors become 3, 4 and so on in the program. */
  constructor(command: string, args: readonly string[], fds: readonly (number | undefined)[]) {
    const passed = fds.map((fd) => fd ?? ('ignore' as const));
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit', ...passed] });
    if (this.#child.stdout === null) throw new Error('no pipe');
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  async ask(line: string): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the peer is gone');
    return answer.value;
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await once(this.#child, 'exit');
  }
}
