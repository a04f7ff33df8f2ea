/** Messages on their way into a ring. */

import { Buffer } from 'node:buffer';
import type { ChannelCodec } from './codecs.js';
import { fullError, tooLargeAtOnceError, tooLargeError } from './errors.js';
import { END, TEXT, WHOLE } from './layout.js';
import type { Region } from './region.js';
import type { RingWriter } from './ring-writer.js';

interface Encoded {
  readonly bytes: Uint8Array;
  /** TEXT for a string, or 0. */
  readonly text: number;
  /** Whether nobody else can change the bytes. */
  readonly isOurs: boolean;
}

/** A message that did not fit into the ring. */
interface Queued {
  message: Encoded;
  /** How many of the bytes are in the ring. */
  written: number;
}

/** The most bytes that a UTF-16 code unit takes as UTF-8. */
const MAX_UTF8 = 3;

/** Writes messages into a ring, and queues what does not fit. */
export class Outbox<Out> {
  readonly #writer: RingWriter;
  readonly #memory: Region;
  readonly #codec: ChannelCodec<Out, unknown>;
  readonly #maxMessageBytes: number;
  readonly #maxQueuedBytes: number;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;

  constructor(
    writer: RingWriter,
    memory: Region,
    options: {
      codec: ChannelCodec<Out, unknown>;
      maxMessageBytes: number;
      maxQueuedBytes: number;
    },
  ) {
    this.#writer = writer;
    this.#memory = memory;
    this.#codec = options.codec;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#maxQueuedBytes = options.maxQueuedBytes;
  }

  /** Whether nothing is queued: a message can have no bytes. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** How many bytes are queued. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Writes a message, or queues what of it does not fit. Returns whether all was written.
   *
   * @param mayQueue without it nothing is queued, and what does not fit as a whole is not written.
   * @throws {UintrError} `ERR_UINTR_TOO_LARGE`, `ERR_UINTR_FULL`, or what the codec throws. Nothing
   * is written then.
   */
  send(message: Out, mayQueue: boolean): boolean {
    const encoded = this.#codec.encode(message);
    if (typeof encoded === 'string') return this.#sendText(encoded, mayQueue);
    return this.#sendBytes(encoded, 0, mayQueue, this.#codec.ownsEncoded);
  }

  /**
   * Begins to write a message for which the caller blocks: takes it over as soon as the queue is
   * empty and there is room. Returns false until then. `flush()` writes the rest.
   *
   * @param message encoded by `encode()`.
   * @throws {UintrError} `ERR_UINTR_TOO_LARGE`.
   */
  begin(message: Encoded): boolean {
    const { bytes, text } = message;
    if (bytes.length > this.#maxMessageBytes) {
      throw tooLargeError(bytes.length, this.#maxMessageBytes);
    }
    if (!this.flush()) return false;
    const isWhole = bytes.length <= this.#writer.maxPayload;
    if (isWhole) return this.#writer.write(bytes, text);
    if (!this.#writer.awaitRoom()) return false;
    this.#queue.push({ message, written: 0 });
    this.#queuedBytes = bytes.length;
    return true;
  }

  /** Encodes a message for `begin()`. */
  encode(message: Out): Encoded {
    const encoded = this.#codec.encode(message);
    return typeof encoded === 'string'
      ? { bytes: Buffer.from(encoded), text: TEXT, isOurs: true }
      : { bytes: encoded, text: 0, isOurs: this.#codec.ownsEncoded };
  }

  /** Writes of the queue what fits. Returns whether it is empty. */
  flush(): boolean {
    for (;;) {
      const queued = this.#queue[0];
      if (queued === undefined) return true;
      if (this.#writeRest(queued)) this.#queue.shift();
      else if (!this.#writer.awaitRoom()) return false;
    }
  }

  /** Copies what is queued and is the caller's, who may change it once his call returns. */
  keepQueued(): void {
    for (const queued of this.#queue) {
      const { bytes, text, isOurs } = queued.message;
      if (!isOurs) queued.message = { bytes: new Uint8Array(bytes), text, isOurs: true };
    }
  }

  /** Writes the last frame. Returns false without room. */
  end(): boolean {
    for (;;) {
      if (this.#writer.reserve(0) !== -1) {
        this.#writer.commit(END, 0);
        return true;
      }
      if (!this.#writer.awaitRoom()) return false;
    }
  }

  /** Writes of a queued message what fits. Returns whether that was its rest. */
  #writeRest(queued: Queued): boolean {
    const { written } = queued;
    const { bytes, text } = queued.message;
    if (bytes.length <= this.#writer.maxPayload) {
      if (!this.#writer.write(bytes, text)) return false;
      queued.written = bytes.length;
    } else {
      queued.written = this.#writer.writePart(bytes, text, written);
    }
    this.#queuedBytes -= queued.written - written;
    return queued.written === bytes.length;
  }

  #sendText(text: string, mayQueue: boolean): boolean {
    // Straight into the ring where it surely fits.
    const longest = text.length * MAX_UTF8;
    const limit = Math.min(this.#writer.maxPayload, this.#maxMessageBytes);
    if (this.#queue.length === 0 && longest <= limit) {
      const at = this.#writer.reserve(longest);
      if (at !== -1) {
        const length = this.#memory.text.write(text, at, 'utf8');
        this.#writer.commit(WHOLE | TEXT, length);
        return true;
      }
    }
    return this.#sendBytes(Buffer.from(text), TEXT, mayQueue, true);
  }

  #sendBytes(bytes: Uint8Array, text: number, mayQueue: boolean, isOurs: boolean): boolean {
    const { length } = bytes;
    if (length > this.#maxMessageBytes) throw tooLargeError(length, this.#maxMessageBytes);
    if (!mayQueue && length > this.#writer.maxAtOnce) {
      throw tooLargeAtOnceError(length, this.#writer.maxAtOnce);
    }
    let written = 0;
    if (this.#queue.length === 0) {
      if (length <= this.#writer.maxPayload) {
        if (this.#writer.write(bytes, text)) return true;
      } else if (this.#writer.fits(length) || (mayQueue && length <= this.#maxQueuedBytes)) {
        written = this.#writer.writePart(bytes, text, 0);
        if (written === length) return true;
      }
    }
    if (!mayQueue) return false;
    const queuedBytes = this.#queuedBytes + length - written;
    if (queuedBytes > this.#maxQueuedBytes) throw fullError(this.#maxQueuedBytes);
    // The caller may change its memory as soon as we return.
    const rest = isOurs ? bytes : new Uint8Array(bytes);
    this.#queue.push({ message: { bytes: rest, text, isOurs: true }, written });
    this.#queuedBytes = queuedBytes;
    return this.#queue.length === 1 && this.flush(); // which asks to be rung
  }
}
