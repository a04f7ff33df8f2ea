// The fact about the native addon: its file, or why there is none.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { howToBuild, packageRoot } from '../../../internal/package.js';
import { unsupportedRuntime } from '../../../internal/runtime.js';
import { type Examination, told } from '../examine.js';
import { type Fact, fact, type Finding, ok, problem } from '../fact.js';
import { adviceFor } from './advice.js';
import { isLinux, NEEDS_LINUX } from './machine.js';

/** The folders that node-gyp-build searches, in its order. */
const PLACES = ['build/Release', 'build/Debug', `prebuilds/${process.platform}-${process.arch}`];

export const addonFact = (examination: Examination): Fact =>
  fact('addon', 'Addon', () => addon(examination));

function addon(examination: Examination): Finding {
  const [report] = told(examination, 'addon');
  if (report === undefined) {
    const { end } = examination;
    const error = `not loaded: ${end?.message ?? 'nothing is known'}`;
    // With a code, the patient could not even be started; without one, it ended while it loaded the
    // addon.
    const advice = end?.code === undefined ? howToBuild() : adviceFor(end);
    return problem(error, advice, { file: null, origin: null, error });
  }
  const { file, failure } = report;
  const shown = file === null ? '' : inPackage(file);
  const origin = shown.startsWith('prebuilds') ? 'prebuilt' : 'compiled here';
  if (failure === null) return ok(`${shown} (${origin})`, { file, origin, error: null });

  const data = { file, origin: file === null ? null : origin, error: failure.message };
  const unsupported = unsupportedRuntime();
  if (unsupported !== undefined) {
    return problem('none', isLinux() ? unsupported : NEEDS_LINUX, data);
  }
  if (failure.code === 'ERR_DLOPEN_DISABLED') {
    const advice = 'Start Node without --no-addons, or with --allow-addons. See NODE_OPTIONS, too.';
    return problem('Node may not load addons', advice, data);
  }
  return file === null
    ? problem(`none for ${process.platform}-${process.arch}: ${search()}`, howToBuild(), data)
    : problem(
        `${shown} does not load: ${failure.message.split('\n', 1).join()}`,
        howToBuild(),
        data,
      );
}

const inPackage = (file: string): string =>
  file.startsWith(packageRoot() + path.sep) ? path.relative(packageRoot(), file) : file;

/** Says which addons are in the folders that were searched. */
function search(): string {
  return PLACES.map((place) => {
    const found = filesIn(path.join(packageRoot(), place));
    return `${place} has ${found.length === 0 ? 'none' : `only ${found.join(' and ')}`}`;
  }).join(', ');
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.node'));
  } catch {
    return [];
  }
}
