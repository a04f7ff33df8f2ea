/** Messages on their way out of a ring. */

import type { ChannelCodec } from './codecs.js';
import { corruptError, tooLargeError } from './errors.js';
import { END, FIRST, frameBytes, MORE, WHOLE } from './layout.js';
import { Region } from './region.js';
import type { RingReader } from './ring-reader.js';

/** What `shift()` returns when there is no message. */
export const NOTHING = Symbol('nothing');

/** Messages that are copied together, and in how much memory. */
const BATCH = 64;
const SLAB_BYTES = 64 * 1024;
/** How many frames of one message are taken without a look at anything else. */
const FRAMES_AT_ONCE = 256;
const NO_SLAB = new Region(new ArrayBuffer(0));
/** How much is freed together, at most. */
const FREE_AT = 4096;
/** Longer messages get memory of their own. */
const LARGE = 8 * 1024;

/** A message with memory of its own. */
interface Assembly {
  readonly region: Region;
  readonly isText: boolean;
  length: number;
}

/**
 * Takes frames in batches: it copies them out of the ring and frees their room, then decodes one
 * after the other. What a peer changes later changes nothing here.
 */
export class Inbox<In> {
  readonly #reader: RingReader;
  readonly #memory: Region;
  readonly #decode: ChannelCodec<never, In>['decode'];
  readonly #inPlace: boolean;
  readonly #maxMessageBytes: number;
  /** The longest frame that needs no memory of its own. */
  readonly #maxFrame: number;
  readonly #freeAt: number;
  /** Called when a writer that waits for room has to be rung. */
  readonly #ring: () => void;
  #slab = NO_SLAB;
  #slabUsed = 0;
  // The batch: where each message is in the slab. Of these, the first `#next` are taken.
  readonly #begins = new Int32Array(BATCH);
  readonly #lengths = new Int32Array(BATCH);
  readonly #areText = new Uint8Array(BATCH);
  #count = 0;
  #next = 0;
  /** The message whose frames are coming in. */
  #assembly: Assembly | undefined;
  /** A message that was put together and is not yet taken. */
  #long: Assembly | undefined;
  /** What is wrong behind the batch. */
  #failure: unknown;

  constructor(
    reader: RingReader,
    memory: Region,
    options: {
      codec: ChannelCodec<never, In>;
      capacity: number;
      inPlace: boolean;
      maxMessageBytes: number;
      ring: () => void;
    },
  ) {
    this.#reader = reader;
    this.#memory = memory;
    this.#decode = options.codec.decode;
    this.#inPlace = options.inPlace;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#maxFrame = Math.min(options.inPlace ? Infinity : LARGE, options.maxMessageBytes);
    this.#freeAt = Math.min(options.capacity / 8, FREE_AT);
    this.#ring = options.ring;
  }

  /** Takes the next message. */
  shift(): In | typeof NOTHING {
    if (this.#next === this.#count) {
      if (this.#long !== undefined || !this.#hasFrame()) return this.#shiftLong();
      if (this.#inPlace) return this.#shiftInPlace();
      this.#fill();
    }
    const i = this.#next++;
    const begin = this.#begins[i] ?? 0;
    const end = begin + (this.#lengths[i] ?? 0);
    return this.#decode(this.#slab, begin, end, this.#areText[i] === 1);
  }

  /** The bytes of the next message, in the ring where that is possible. They stay until `release()`. */
  peek(): Uint8Array | undefined {
    if (this.#next < this.#count) {
      const begin = this.#begins[this.#next] ?? 0;
      return this.#slab.view(begin, begin + (this.#lengths[this.#next] ?? 0));
    }
    if (this.#long === undefined && this.#hasFrame()) {
      const { at, length } = this.#reader;
      return this.#memory.view(at, at + length);
    }
    return this.#longMessage()?.region.bytes;
  }

  /** Takes the next message without decoding it. Returns whether there was one. */
  release(): boolean {
    if (this.#next < this.#count) ++this.#next;
    else if (this.#long === undefined && this.#hasFrame()) {
      this.#reader.skip();
      this.#free();
    } else if (this.#longMessage() === undefined) return false;
    else this.#long = undefined;
    return true;
  }

  /** Whether messages have left the ring that were not taken. */
  get hasCopied(): boolean {
    return this.#next < this.#count || this.#long !== undefined;
  }

  /** Whether nothing is left but the writer's last frame. */
  isAtEnd(): boolean {
    if (this.hasCopied || !this.#reader.look() || this.#reader.kind !== END) return false;
    if (this.#assembly !== undefined) throw corruptError('the end within a message');
    return true;
  }

  /** Whether nothing is left at all, or only a part of a message. */
  isEmpty(): boolean {
    return !this.hasCopied && !this.#reader.look();
  }

  /** Whether the next message is a frame in the ring that is to be copied with its neighbours. */
  #hasFrame(): boolean {
    if (this.#failure !== undefined) throw this.#failure as Error;
    const reader = this.#reader;
    return reader.look() && reader.kind === WHOLE && reader.length <= this.#maxFrame;
  }

  /** Copies the frames that lie one behind the other. There is at least one. */
  #fill(): void {
    const reader = this.#reader;
    const first = reader.at;
    let slab = this.#slab;
    if (slab === NO_SLAB || SLAB_BYTES - this.#slabUsed < reader.length) {
      slab = this.#slab = Region.allocate(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    const begin = this.#slabUsed;
    const limit = SLAB_BYTES - begin;
    let count = 0;
    let next: number;
    let end: number;
    do {
      this.#begins[count] = begin + reader.at - first;
      this.#lengths[count] = reader.length;
      this.#areText[count] = reader.isText ? 1 : 0;
      ++count;
      end = reader.at + reader.length;
      next = reader.at + frameBytes(reader.length);
      reader.skip();
    } while (
      count < BATCH &&
      this.#lookOn() &&
      reader.kind === WHOLE &&
      reader.at === next &&
      reader.at + reader.length - first <= limit &&
      reader.length <= this.#maxFrame
    );
    slab.bytes.set(this.#memory.view(first, end), begin);
    this.#slabUsed = (begin + end - first + 7) & ~7;
    this.#count = count;
    this.#next = 0;
    this.#free();
  }

  /** Looks for a frame behind those of the batch, which are to be delivered in any case. */
  #lookOn(): boolean {
    try {
      return this.#reader.look();
    } catch (error) {
      this.#failure = error;
      return false;
    }
  }

  #shiftInPlace(): In {
    const reader = this.#reader;
    const { at, length } = reader;
    const message = this.#decode(this.#memory, at, at + length, reader.isText);
    reader.skip();
    this.#free();
    return message;
  }

  #shiftLong(): In | typeof NOTHING {
    const long = this.#longMessage();
    if (long === undefined) return NOTHING;
    this.#long = undefined;
    return this.#decode(long.region, 0, long.length, long.isText);
  }

  /**
   * Puts the next message together, as far as its frames are there. Undefined until it is whole. A
   * writer can publish tiny frames as fast as they are read, so this stops after some of them.
   */
  #longMessage(): Assembly | undefined {
    const reader = this.#reader;
    for (let left = FRAMES_AT_ONCE; left > 0 && this.#long === undefined; --left) {
      if (!reader.look() || reader.kind === END) break;
      if (reader.kind === WHOLE) this.#begin(reader.length);
      else if (reader.kind === FIRST) this.#begin(reader.secondWord);
      this.#add();
    }
    return this.#long;
  }

  #begin(length: number): void {
    if (this.#assembly !== undefined) throw corruptError('a message within another');
    if (length > this.#maxMessageBytes) throw tooLargeError(length, this.#maxMessageBytes);
    this.#assembly = { region: Region.allocate(length), isText: this.#reader.isText, length: 0 };
  }

  /** Adds the frame that the reader has found to its message. */
  #add(): void {
    const { at, length } = this.#reader;
    const assembly = this.#assembly;
    if (assembly === undefined) throw corruptError('a part without a begin');
    if (length === 0 && this.#reader.kind === MORE) throw corruptError('an empty part');
    const { bytes } = assembly.region;
    if (length > bytes.length - assembly.length) {
      throw corruptError('a part that is longer than its message');
    }
    bytes.set(this.#memory.view(at, at + length), assembly.length);
    assembly.length += length;
    this.#reader.skip();
    this.#free();
    if (assembly.length < bytes.length) return;
    this.#long = assembly;
    this.#assembly = undefined;
  }

  /** Tells the writer what is free, once it is enough: the news costs both sides a cache line. */
  #free(): void {
    if (this.#reader.unpublished >= this.#freeAt && this.#reader.publishHead()) this.#ring();
  }
}
