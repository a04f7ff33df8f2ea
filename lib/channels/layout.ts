/**
 * The memory of a channel: a header page and two rings, one per direction. docs/channel-layout.md
 * describes it for peers in other languages.
 *
 * A ring holds frames, each of a header of 8 bytes and a payload, at multiples of 8 bytes. The first
 * word of a frame's header is its **commit word**: 0 until the frame is published, and then its kind
 * and length. A writer clears the word behind a frame before it publishes the frame, so a reader
 * finds either the next frame or 0. Positions count the bytes of a ring since its begin, modulo 2^32.
 */

import process from 'node:process';

export const MAGIC = 0x4e41_4843; // "CHAN"
export const VERSION = 1;

/** The bytes before the rings. */
export const PAGE_BYTES = 4096;

export const MIN_CAPACITY = 4096;
export const MAX_CAPACITY = 2 ** 30;

// The words of the page, as indices of an Int32Array.
export const MAGIC_WORD = 0;
export const VERSION_WORD = 1;
export const CAPACITY_WORD = 2;

// Each side of each ring has a pair of cache lines of its own, because CPUs fetch lines in pairs.
const WORDS_PER_SIDE = 32;

/** What one ring's words are called: indices of an Int32Array over the whole memory. */
export interface RingWords {
  /** Written by the writer: the reader rings once its head reaches this position. */
  readonly want: number;
  /** Written by the reader: the position up to which it has taken. */
  readonly head: number;
  /** Written by the reader: the writer rings once it publishes the frame at this position. */
  readonly bell: number;
  /** The first word of the ring. */
  readonly begin: number;
}

/** @param ring 0 from the creator to the opener, 1 the other way. */
export function ringWords(ring: 0 | 1, capacity: number): RingWords {
  const writer = WORDS_PER_SIDE * (1 + 2 * ring);
  const reader = writer + WORDS_PER_SIDE;
  return {
    want: writer,
    head: reader,
    bell: reader + 1,
    begin: (PAGE_BYTES + ring * capacity) / 4,
  };
}

export const memoryBytes = (capacity: number): number => PAGE_BYTES + 2 * capacity;

/** A bell that nobody waits for: the position before the first, which is 4 GiB away. */
export const NO_POSITION = -8;

export const FRAME_HEADER_BYTES = 8;

/** The bytes that a frame with that much payload takes. */
export const frameBytes = (payload: number): number => (payload + FRAME_HEADER_BYTES + 7) & ~7;

/**
 * The longest payload of one frame: longer messages are cut into several. A frame must fit into an
 * empty ring wherever that begins, behind the padding that may be needed at the ring's end.
 */
export const maxPayload = (capacity: number): number => capacity / 4 - FRAME_HEADER_BYTES;

// A commit word: the kind in bits 2:0, TEXT in bit 3, and the payload's length above.
export const KIND_MASK = 7;
/** Fills the ring up to its end; the payload means nothing. */
export const PADDING = 1;
/** A whole message. */
export const WHOLE = 2;
/** The first frame of a message that was cut; the header's second word is the message's length. */
export const FIRST = 3;
/** A further frame of it. */
export const MORE = 4;
/** The last frame: the writer has closed the channel. */
export const END = 5;
/** The message is a string, as UTF-8. */
export const TEXT = 8;
export const LENGTH_SHIFT = 4;

/**
 * Loads a word that the other side stores. acquire: what was written before the word was stored is
 * visible after this load. On x86-64 a plain load is enough, and Atomics.load is a call there.
 */
export const load: (words: Int32Array, index: number) => number =
  process.arch === 'x64'
    ? (words, index) => words[index] ?? 0
    : (words, index) => Atomics.load(words, index);
