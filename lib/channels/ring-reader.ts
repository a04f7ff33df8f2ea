/** The reading side of one ring. Everything in the ring is hostile input. */

import type { NativeRing } from '../internal/binding.js';
import { corruptError } from './errors.js';
import {
  END,
  FRAME_HEADER_BYTES,
  frameBytes,
  KIND_MASK,
  LENGTH_SHIFT,
  load,
  maxPayload,
  PADDING,
  type RingWords,
  TEXT,
} from './layout.js';

// The words of `reader`: native/core/rings.h.
const POSITION = 0;
const WANTED = 1;

/** Who wants to know of frames. */
export const EVENT_LOOP = 1;
export const BLOCKING_WAIT = 2;

export class RingReader {
  // The frame that look() found, with what its header says. Only look() reads the header, and once.
  kind = 0;
  isText = false;
  /** The payload, in bytes. */
  length = 0;
  /** Where the payload begins in the memory. */
  at = 0;
  readonly #words: Int32Array;
  readonly #ring: RingWords;
  readonly #capacity: number;
  readonly #maxPayload: number;
  /** The head and who wants to know, where the native side sees them. */
  readonly #reader = new Int32Array(2);
  /** The head that the writer knows. */
  #published = 0;

  constructor(words: Int32Array, ring: RingWords, capacity: number) {
    this.#words = words;
    this.#ring = ring;
    this.#capacity = capacity;
    this.#maxPayload = maxPayload(capacity);
  }

  /** The ring, for the receiver that is to look at it. */
  get native(): NativeRing {
    const { begin, bell } = this.#ring;
    return { words: this.#words, begin, bell, capacity: this.#capacity, reader: this.#reader };
  }

  /** Says whether the event loop, or a blocking wait, is to notice the next frame. */
  setWanted(who: number, isWanted: boolean): void {
    const others = (this.#reader[WANTED] ?? 0) & ~who;
    this.#reader[WANTED] = isWanted ? others | who : others;
  }

  /** Looks for the next frame, and skips padding. Returns whether there is one. */
  look(): boolean {
    const head = this.#reader[POSITION] ?? 0;
    let position = head & (this.#capacity - 1);
    // acquire: the frame behind its commit word. Partner: the seq_cst store of RingWriter.#publish().
    let word = load(this.#words, this.#ring.begin + (position >> 2));
    if (word === 0) return false;
    if ((word & KIND_MASK) === PADDING) {
      const size = (word >>> LENGTH_SHIFT) + FRAME_HEADER_BYTES;
      if (position === 0 || size !== this.#capacity - position) {
        throw corruptError('padding that does not end with the ring');
      }
      this.#reader[POSITION] = head + size;
      position = 0;
      word = load(this.#words, this.#ring.begin);
      if (word === 0) return false;
    }
    const kind = word & KIND_MASK;
    const length = word >>> LENGTH_SHIFT;
    if (kind === 0 || kind === PADDING || kind > END) throw corruptError('an unknown frame');
    if (length > this.#maxPayload || frameBytes(length) > this.#capacity - position) {
      throw corruptError('a frame that is longer than the ring');
    }
    this.kind = kind;
    this.isText = (word & TEXT) !== 0;
    this.length = length;
    this.at = this.#ring.begin * 4 + position + FRAME_HEADER_BYTES;
    return true;
  }

  /** The second word of the header of the frame that look() found. */
  get secondWord(): number {
    return (this.#words[this.at / 4 - 1] ?? 0) >>> 0;
  }

  /** Steps over the frame that look() found. Its memory stays ours until publishHead(). */
  skip(): void {
    this.#reader[POSITION] = (this.#reader[POSITION] ?? 0) + frameBytes(this.length);
  }

  /** How many bytes the writer does not know to be free. */
  get unpublished(): number {
    return ((this.#reader[POSITION] ?? 0) - this.#published) | 0;
  }

  /** Frees what was stepped over. Returns whether the writer has to be rung: it waits for room. */
  publishHead(): boolean {
    const before = this.#published;
    const head = this.#reader[POSITION] ?? 0;
    this.#published = head;
    // seq_cst: after everything that we read (release), and before the load of `want`, as the writer
    // stores `want` and then loads the head: Dekker with RingWriter.awaitRoom().
    Atomics.store(this.#words, this.#ring.head, head);
    const want = load(this.#words, this.#ring.want);
    const moved = (head - before) >>> 0;
    return (want - before - 1) >>> 0 < moved;
  }
}
