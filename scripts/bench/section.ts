// A section of the benchmark other than the ping-pong: runs a program of node/ once per question and
// repeat.

import path from 'node:path';
import { run } from './run.js';

/** A part of the benchmark. */
export interface Section<Result> {
  /** Runs per repeat. */
  readonly runs: number;
  measure(repeats: number, listener: Listener): Promise<Result>;
}

export interface Listener {
  /** Called before each run. */
  readonly onRun: (what: string) => void;
  readonly onFailure: (failure: Failure) => void;
}

export interface Failure {
  readonly what: string;
  readonly reason: string;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A section that was not asked for. */
export const NOTHING: Section<readonly never[]> = {
  runs: 0,
  measure: () => Promise.resolve([]),
};

/** One run of a program of node/. */
export interface Question<Settings> {
  readonly settings: Settings;
  /** The name of the question, for the progress bar and the list of failures. */
  readonly what: string;
  /** The CPUs that the program may run on; undefined: any. */
  readonly cpus?: readonly number[];
  /** The number of round trips, if the program makes any. */
  readonly rounds?: number;
}

export interface Answered<Settings, Answer> extends Question<Settings> {
  /** One answer per repeat. */
  readonly answers: readonly Answer[];
}

/**
 * Asks a program every question once per repeat, in reverse order in every second repeat, so that
 * the noise of a moment hits all. A question that fails is not asked again.
 */
export function section<Settings, Answer, Result>(
  program: string,
  questions: readonly Question<Settings>[],
  resultOf: (answered: readonly Answered<Settings, Answer>[]) => Result,
): Section<Result> {
  const file = path.join(__dirname, 'node', `${program}.js`);
  const ask = async ({ settings, cpus, rounds }: Question<Settings>): Promise<Answer> => {
    const pin = cpus === undefined ? [] : ['taskset', '-c', cpus.join(',')];
    const output = await run([...pin, process.execPath, file, JSON.stringify(settings)], rounds);
    return JSON.parse(output.toString()) as Answer;
  };
  return {
    runs: questions.length,
    async measure(repeats, { onRun, onFailure }) {
      const all = questions.map((question) => ({ ...question, answers: [] as Answer[] }));
      const failed = new Set<Question<Settings>>();
      for (let repeat = 0; repeat < repeats; ++repeat) {
        for (const question of repeat % 2 === 0 ? all : all.toReversed()) {
          const { what, answers } = question;
          onRun(what);
          if (failed.has(question)) continue;
          try {
            answers.push(await ask(question));
          } catch (error) {
            failed.add(question);
            onFailure({ what, reason: reasonOf(error) });
          }
        }
      }
      return resultOf(all.filter((question) => !failed.has(question)));
    },
  };
}
