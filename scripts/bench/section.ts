import path from 'node:path';
import { run } from './run.js';

/** A part of the benchmark. */
export interface Section<Result> {
  /** How many of one repeat. */
  readonly runs: number;
  measure(repeats: number, listener: Listener): Promise<Result>;
}

export interface Listener {
  /** Before each run. */
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

/** One that nobody wants. */
export const NOTHING: Section<readonly never[]> = {
  runs: 0,
  measure: () => Promise.resolve([]),
};

/** One run of a program of node/. */
export interface Question<Settings> {
  readonly settings: Settings;
  /** For people: while it is asked, and if it fails. */
  readonly what: string;
  /** Where it may run; undefined: anywhere. */
  readonly cpus?: readonly number[];
  /** How many round trips it makes, if that is what it does. */
  readonly rounds?: number;
}

export interface Answered<Settings, Answer> extends Question<Settings> {
  /** One a repeat. */
  readonly answers: readonly Answer[];
}

/**
 * Asks a program every question before it asks any again, there and back: the noise of a moment
 * hits all. One that fails is not asked again.
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
