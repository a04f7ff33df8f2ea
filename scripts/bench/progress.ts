import { SingleBar } from 'cli-progress';

/** A progress bar, on a terminal only. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  #begun = 0;

  constructor(runs: number) {
    if (!process.stderr.isTTY) return;
    const format = '{bar} {percentage} % {duration_formatted}, {eta_formatted} left: {what}';
    this.#bar = new SingleBar({ format, clearOnComplete: true, stream: process.stderr });
    this.#bar.start(runs, 0, { what: '' });
  }

  /** Begins a run; all earlier runs are done. */
  step(what: string): void {
    this.#bar?.update(this.#begun++, { what });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
