/** The vectors that peers may ask for, by name and by number. */

import { checkVector, namesOf } from '../core/vectors.js';
import { invalidType, invalidValue, isArray } from '../internal/arguments.js';
import { UintrError } from '../internal/errors.js';
import { handshakeError, printable } from './handshake.js';
import type { VectorRequest } from './listen-options.js';

export class Offer<Name extends string> {
  readonly #numbers: ReadonlySet<number>;
  readonly #byName: ReadonlyMap<string, number>;
  readonly #names: ReadonlyMap<number, Name>;

  /**
   * @param named the receiver's vectors by their names.
   * @param offered `options.vectors` of `listen()`; undefined means those that have a name.
   */
  constructor(named: ReadonlyMap<string, number>, offered: readonly (number | Name)[] | undefined) {
    this.#byName = named;
    this.#names = namesOf(named);
    if (offered !== undefined && !isArray(offered)) {
      throw invalidType('options.vectors', 'an array of vectors', offered);
    }
    this.#numbers = new Set(
      offered === undefined
        ? named.values()
        : offered.map((vector, index) => {
            const number = typeof vector === 'string' ? named.get(vector) : vector;
            return checkVector(`options.vectors[${index}]`, number);
          }),
    );
    if (this.#numbers.size === 0) {
      throw invalidValue('options.vectors', 'at least one vector, for none has a name', offered);
    }
  }

  /** @throws {UintrError} `ERR_UINTR_UNKNOWN_VECTOR`, `ERR_UINTR_HANDSHAKE`. */
  resolve(asked: readonly (string | number)[]): VectorRequest<Name> {
    const vectors = asked.map((vector) => {
      const number = typeof vector === 'string' ? this.#byName.get(vector) : vector;
      if (number === undefined || !this.#numbers.has(number)) {
        throw new UintrError(
          'ERR_UINTR_UNKNOWN_VECTOR',
          `the receiver does not offer vector ${printable(JSON.stringify(vector).slice(0, 80))}`,
        );
      }
      return number;
    });
    if (new Set(vectors).size < vectors.length) throw handshakeError('it asks for a vector twice');
    return { vectors, names: vectors.map((vector) => this.#names.get(vector)) };
  }
}
