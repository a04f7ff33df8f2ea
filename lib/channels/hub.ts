/** The receiver that all channels of a thread share: it takes their doorbells. */

import { addRing, putBack, Receiver, removeRing } from '../core/receiver.js';
import type { VectorFd } from '../core/vector-fd.js';
import type { NativeRing } from '../internal/binding.js';
import { nextTick } from '../internal/clock.js';

/** The vector that every peer rings. A look at each channel's ring says who has. */
const DOORBELL = 0;

/** A channel, as the hub sees it. */
export interface Member {
  /** The ring that it reads. */
  readonly ring: NativeRing;
  /** Does what a doorbell can be for: takes messages, writes what is queued. Throws nothing. */
  work(): void;
}

let current: Hub | undefined;

/** Belongs to one thread: each has its own evaluation of this module. */
export class Hub {
  readonly #receiver = new Receiver();
  readonly #members = new Set<Member>();
  readonly #active = new Set<Member>();
  /** Whether `lookSoon()` has asked for a look that has not begun. */
  #owesALook = false;

  /** Adds a channel, and returns the vector fd that its peer rings. The hub closes with its last. */
  static join(member: Member): { hub: Hub; vectorFd: VectorFd } {
    const hub = (current ??= new Hub());
    hub.#members.add(member);
    try {
      hub.#receiver[addRing](DOORBELL, member.ring);
      return { hub, vectorFd: hub.#receiver.createFd(DOORBELL) };
    } catch (error) {
      hub.leave(member);
      throw error;
    }
  }

  private constructor() {
    this.#receiver.on('interrupt', () => {
      this.#look();
    });
    this.#receiver.unref();
  }

  leave(member: Member): void {
    this.setActive(member, false);
    this.#receiver[removeRing](member.ring.reader);
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    if (current === this) current = undefined;
    this.#receiver.close();
  }

  /** Says whether a channel waits for something, which keeps the process alive. */
  setActive(member: Member, active: boolean): void {
    const before = this.#active.size;
    if (active) this.#active.add(member);
    else this.#active.delete(member);
    const after = this.#active.size;
    if (before === 0 && after > 0) this.#receiver.ref();
    if (before > 0 && after === 0) this.#receiver.unref();
  }

  /** Lets the event loop look at all channels soon, as if a doorbell had come. */
  lookSoon(): void {
    if (this.#owesALook) return;
    this.#owesALook = true;
    nextTick(() => {
      this.#owesALook = false;
      if (this.#members.size > 0) this.#receiver[putBack](DOORBELL);
    });
  }

  /**
   * Blocks until a doorbell comes, for at most that many milliseconds. Returns whether one came,
   * for whichever channel.
   */
  waitSync(milliseconds: number): boolean {
    if (this.#receiver.waitSync(milliseconds) === -1) return false;
    // The others of this thread are looked at once the event loop runs.
    if (this.#members.size > 1) this.lookSoon();
    return true;
  }

  #look(): void {
    for (const member of this.#members) member.work();
  }
}
