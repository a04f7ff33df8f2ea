import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects garbage, among young objects only or among all. */
export const collect = runInNewContext('gc') as (what?: { type: 'minor' | 'major' }) => void;
