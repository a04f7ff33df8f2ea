/** Counts places: a limit in all, and one per uid, so that no user can take them all. */

import { UintrError } from '../internal/errors.js';

/** A place that was taken. It is free again once each `retain()` and the taking were released. */
export interface Place {
  readonly retain: () => void;
  readonly release: () => void;
}

export class Places {
  readonly #taken = new Map<number, number>();
  #total = 0;

  /** @param what names the places in an error: 'connections'. */
  constructor(
    readonly what: string,
    readonly max: number,
    readonly maxPerUid: number,
  ) {}

  /** @throws {UintrError} `ERR_UINTR_TOO_MANY_CONNECTIONS`. */
  take(uid: number): Place {
    const taken = this.#taken.get(uid) ?? 0;
    if (this.#total >= this.max) throw tooMany(`there are ${this.max} ${this.what}`);
    if (taken >= this.maxPerUid) throw tooMany(`uid ${uid} has ${this.maxPerUid} ${this.what}`);
    this.#add(uid, 1);
    let retained = 1;
    return {
      retain: () => {
        retained++;
      },
      release: () => {
        if (--retained === 0) this.#add(uid, -1);
      },
    };
  }

  #add(uid: number, change: 1 | -1): void {
    const taken = (this.#taken.get(uid) ?? 0) + change;
    if (taken > 0) this.#taken.set(uid, taken);
    else this.#taken.delete(uid);
    this.#total += change;
  }
}

export const tooMany = (why: string): UintrError =>
  new UintrError('ERR_UINTR_TOO_MANY_CONNECTIONS', `${why}, as many as are allowed`);
