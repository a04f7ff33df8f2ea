// Starts the patient (patient.ts) and collects its reports.

import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import path from 'node:path';
import { type Failure, failureOf, type Report, REPORT_MARK } from './report.js';

const PATIENCE_MS = 60_000;

export interface Examination {
  readonly reports: readonly Report[];
  /** How the patient ended, if it did not end by itself. */
  readonly end: Failure | undefined;
}

type Told<What extends Report['what']> = Extract<Report, { what: What }>;

/** Returns the reports of one kind. */
export function told<What extends Report['what']>(
  { reports }: Examination,
  what: What,
): Told<What>[] {
  return reports.filter((report): report is Told<What> => report.what === what);
}

export function examine(): Examination {
  try {
    const result = spawnSync(
      process.execPath,
      [...process.execArgv, path.join(__dirname, 'patient.js')],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: PATIENCE_MS,
        killSignal: 'SIGKILL',
      },
    );
    return { reports: parse(result.stdout), end: endOf(result) };
  } catch (error) {
    return { reports: [], end: failureOf(error) };
  }
}

function parse(output: string | null): Report[] {
  const lines = (output ?? '').split('\n');
  lines.pop(); // the text after the last end of line: nothing, or half a line
  return lines.flatMap((line) => {
    const [, report] = line.split(REPORT_MARK);
    return report === undefined ? [] : [JSON.parse(report) as Report];
  });
}

function endOf({ error, signal, status, stderr }: SpawnSyncReturns<string>): Failure | undefined {
  if (error !== undefined) {
    const failure = failureOf(error);
    if (failure.code !== 'ETIMEDOUT') return failure;
    return { message: `the process did not end within ${PATIENCE_MS / 1000} s` };
  }
  if (signal !== null) return { message: `the process was killed by ${signal}` };
  if (status === 0) return undefined;
  const said = stderr.split('\n').find((line) => /error/i.test(line)) ?? '';
  return {
    message: `the process ended with status ${String(status)}${said === '' ? '' : `: ${said.trim()}`}`,
  };
}
