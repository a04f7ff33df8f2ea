import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects what is not needed any more, of young objects only or of all. */
export const collect = runInNewContext('gc') as (what?: { type: 'minor' | 'major' }) => void;
