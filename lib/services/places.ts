import { UintrError } from '../internal/errors.js';

/** A place that was taken; free again once all who hold it have released it. */
export interface Place {
  readonly hold: () => void;
  readonly release: () => void;
}

/** So many places for all uids together, and so many for each: one shall leave room for others. */
export class Places {
  readonly #taken = new Map<number, number>();
  #total = 0;

  /** `what` there are places for, as an error says it. */
  constructor(
    readonly what: string,
    readonly max: number,
    readonly maxPerUid: number,
  ) {}

  /** Held once. Throws `ERR_UINTR_TOO_MANY_CONNECTIONS`. */
  take(uid: number): Place {
    const taken = this.#taken.get(uid) ?? 0;
    if (this.#total >= this.max) throw tooMany(`there are ${this.max} ${this.what}`);
    if (taken >= this.maxPerUid) throw tooMany(`uid ${uid} has ${this.maxPerUid} ${this.what}`);
    this.#add(uid, 1);
    let holders = 1;
    return {
      hold: () => {
        holders++;
      },
      release: () => {
        if (--holders === 0) this.#add(uid, -1);
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

const tooMany = (why: string): UintrError =>
  new UintrError('ERR_UINTR_TOO_MANY_CONNECTIONS', `${why}, as many as are allowed`);
