/** Vectors, 0 to 63, and their names. */

import { checkInteger, checkOptions, invalidValue } from '../internal/arguments.js';

/** Names for vectors, each with a number from 0 to 63: `{ tick: 0, stop: 63 }`. */
export type Vectors = Readonly<Record<string, number>>;

/**
 * The names in a `Vectors`: `'tick' | 'stop'`. Without names, `never`; for a plain
 * `Record<string, number>`, any string.
 */
export type VectorName<V extends Vectors> = Extract<keyof V, string>;

/** The vector with the highest priority. */
export const MAX_VECTOR = 63;

export const checkVector = (name: string, value: unknown): number =>
  checkInteger(name, value, 0, MAX_VECTOR);

/** The events of a receiver and of every emitter: a vector's name is an event, too. */
const RESERVED_NAMES = new Set(['interrupt', 'close', 'error', 'newListener', 'removeListener']);

/** Checks `options.vectors`. Returns the numbers by their names. */
export function checkVectors(vectors: unknown = {}): ReadonlyMap<string, number> {
  checkOptions('options.vectors', vectors);
  const result = new Map<string, number>();
  for (const [name, vector] of Object.entries(vectors as object)) {
    if (RESERVED_NAMES.has(name)) {
      throw invalidValue('options.vectors', 'free of the names of events', name);
    }
    const number = checkVector(`options.vectors.${name}`, vector);
    if ([...result.values()].includes(number)) {
      throw invalidValue('options.vectors', 'one name a vector', vectors);
    }
    result.set(name, number);
  }
  return result;
}

/** The names by their numbers. */
export const namesOf = <Name extends string>(
  vectors: ReadonlyMap<string, number>,
): ReadonlyMap<number, Name> =>
  new Map([...vectors].map(([name, vector]) => [vector, name as Name]));

/** The number of a vector that is given by number or by name. */
export function vectorOf(vectors: ReadonlyMap<string, number>, vector: unknown): number {
  if (typeof vector !== 'string') return checkVector('vector', vector);
  const number = vectors.get(vector);
  if (number === undefined) {
    const known = [...vectors.keys()];
    throw invalidValue(
      'vector',
      known.length === 0 ? 'a number: no vector has a name' : `one of ${known.join(', ')}`,
      vector,
    );
  }
  return number;
}
