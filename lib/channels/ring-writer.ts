/** The writing side of one ring. */

import {
  FIRST,
  FRAME_HEADER_BYTES,
  frameBytes,
  LENGTH_SHIFT,
  load,
  maxPayload,
  MORE,
  PADDING,
  type RingWords,
  WHOLE,
} from './layout.js';
import { corruptError } from './errors.js';

/** The least payload of a frame of a message that is cut, except for its last. */
const MIN_FRAGMENT = 4096;

export class RingWriter {
  /** The longest payload of one frame. */
  readonly maxPayload: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #ring: RingWords;
  readonly #capacity: number;
  /** The first byte of the ring in the memory. */
  readonly #begin: number;
  #tail = 0;
  /** The reader's head, as it was last seen. */
  #head = 0;
  /** The position of the first frame that was published without a look at the reader's bell. */
  #unrung = 0;

  constructor(words: Int32Array, bytes: Uint8Array, ring: RingWords, capacity: number) {
    this.#words = words;
    this.#bytes = bytes;
    this.#ring = ring;
    this.#capacity = capacity;
    this.#begin = ring.begin * 4;
    this.maxPayload = maxPayload(capacity);
  }

  /**
   * Makes room for a frame, and returns where its payload begins in the memory; -1 without room.
   *
   * @param payload at most `maxPayload`.
   */
  reserve(payload: number): number {
    const size = frameBytes(payload);
    let position = this.#tail & (this.#capacity - 1);
    const contiguous = this.#capacity - position;
    if (size > contiguous) {
      // The padding needs no bytes of its own: at least 8 are there.
      if (!this.#hasRoom(contiguous + size)) return -1;
      this.#words[this.#ring.begin] = 0;
      this.#publish(PADDING, contiguous - FRAME_HEADER_BYTES, contiguous);
      position = 0;
    } else if (!this.#hasRoom(size)) return -1;
    return this.#begin + position + FRAME_HEADER_BYTES;
  }

  /** Publishes the frame that was reserved, with at most the payload that it was reserved for. */
  commit(kind: number, payload: number): void {
    const size = frameBytes(payload);
    const next = (this.#tail + size) & (this.#capacity - 1);
    this.#words[this.#ring.begin + (next >> 2)] = 0;
    this.#publish(kind, payload, size);
  }

  /** Writes a whole message in one frame. Returns false, and writes nothing, without room. */
  write(message: Uint8Array, text: number): boolean {
    const at = this.reserve(message.length);
    if (at === -1) return false;
    this.#bytes.set(message, at);
    this.commit(WHOLE | text, message.length);
    return true;
  }

  /**
   * Writes frames of a long message for as long as there is room.
   *
   * @param from how many bytes of the message have been written.
   * @returns how many have been written now.
   */
  writePart(message: Uint8Array, text: number, from: number): number {
    for (let written = from; ;) {
      const rest = message.length - written;
      const payload = Math.min(rest, this.#longestPayload());
      if (payload < Math.min(rest, MIN_FRAGMENT, this.maxPayload)) return written;
      const at = this.reserve(payload);
      if (at === -1) return written;
      // The second word of the header: for the first frame alone.
      this.#words[at / 4 - 1] = message.length;
      this.#bytes.set(message.subarray(written, written + payload), at);
      this.commit((written === 0 ? FIRST : MORE) | text, payload);
      written += payload;
      if (written === message.length) return written;
    }
  }

  /** Whether a message of that many bytes fits, in several frames. Sure if true. */
  fits(message: number): boolean {
    this.#look();
    return this.#free() >= message + this.#overhead(message);
  }

  /** The longest message that surely fits once `awaitRoom()` has got its half of the ring. */
  get maxAtOnce(): number {
    const half = this.#capacity / 2;
    return Math.max(half - this.#overhead(half), this.maxPayload);
  }

  /** The most bytes that headers and padding take. */
  #overhead(message: number): number {
    const frames = Math.ceil(message / this.maxPayload) + 2;
    return (frames + 2) * FRAME_HEADER_BYTES + Math.min(MIN_FRAGMENT, this.maxPayload);
  }

  /**
   * Whether the reader has to be rung for what was published since the last call: whether it waits
   * for one of those frames.
   */
  mustRing(): boolean {
    // B of native/protocol/ring.h, after A in #publish().
    const bell = load(this.#words, this.#ring.bell);
    const since = this.#unrung;
    this.#unrung = this.#tail;
    return (bell - since) >>> 0 < (this.#tail - since) >>> 0;
  }

  /**
   * Asks the reader to ring once half of the ring is free. Returns true when it is already: then
   * there is room, and no ring will come.
   */
  awaitRoom(): boolean {
    const want = (this.#tail - this.#capacity / 2) | 0;
    // Dekker with RingReader.publishHead(): seq_cst store, then a load of the head.
    Atomics.store(this.#words, this.#ring.want, want);
    this.#look();
    return ((this.#head - want) | 0) >= 0;
  }

  #publish(kind: number, payload: number, size: number): void {
    const position = this.#tail & (this.#capacity - 1);
    // A of native/protocol/ring.h. seq_cst: after the payload and the cleared word behind the frame
    // (release), and before the look at the reader's bell in mustRing().
    Atomics.store(
      this.#words,
      this.#ring.begin + (position >> 2),
      kind | (payload << LENGTH_SHIFT),
    );
    this.#tail = (this.#tail + size) | 0;
  }

  #free(): number {
    return this.#capacity - ((this.#tail - this.#head) | 0);
  }

  /** Whether that many bytes are free, and the word behind them, which is cleared. */
  #hasRoom(bytes: number): boolean {
    const needed = bytes + FRAME_HEADER_BYTES;
    if (this.#free() >= needed) return true;
    this.#look();
    return this.#free() >= needed;
  }

  /** The longest payload for which there is room without padding. */
  #longestPayload(): number {
    this.#look();
    const position = this.#tail & (this.#capacity - 1);
    const contiguous = this.#capacity - position;
    const room = Math.min(contiguous, this.#free() - FRAME_HEADER_BYTES) - FRAME_HEADER_BYTES;
    // Just before the ring's end there may be room for less than a sensible frame: reserve() pads.
    const least = Math.min(MIN_FRAGMENT, this.maxPayload);
    if (room < least && contiguous < least + FRAME_HEADER_BYTES) return least;
    return Math.min(room & ~7, this.maxPayload);
  }

  #look(): void {
    const head = load(this.#words, this.#ring.head);
    // Hostile: it may only move forwards, up to our tail, by whole frames.
    const taken = (head - this.#head) >>> 0;
    if (taken > (this.#tail - this.#head) >>> 0 || (head & 7) !== 0) {
      throw corruptError('its read position has jumped');
    }
    this.#head = head;
  }
}
