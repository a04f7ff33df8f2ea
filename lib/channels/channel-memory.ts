/** The memory of a channel, as its two sides use it. */

import { UintrError } from '../internal/errors.js';
import { createSparse, SharedMemory } from '../memory/shared-memory.js';
import { checkVersion } from './errors.js';
import {
  CAPACITY_WORD,
  MAGIC,
  MAGIC_WORD,
  MAX_CAPACITY,
  memoryBytes,
  MIN_CAPACITY,
  NO_POSITION,
  PAGE_BYTES,
  type RingWords,
  ringWords,
  VERSION,
  VERSION_WORD,
} from './layout.js';
import { Region } from './region.js';

export class ChannelMemory {
  readonly words: Int32Array;
  readonly region: Region;
  /** The ring from the creator to the opener, and the other one. */
  readonly rings: readonly [RingWords, RingWords];
  readonly capacity: number;
  readonly #memory: SharedMemory;

  static create(capacity: number): ChannelMemory {
    const memory = SharedMemory[createSparse](memoryBytes(capacity), 'uintr-channel');
    const channel = new ChannelMemory(memory, capacity);
    channel.words[MAGIC_WORD] = MAGIC;
    channel.words[VERSION_WORD] = VERSION;
    channel.words[CAPACITY_WORD] = capacity;
    for (const { bell } of channel.rings) channel.words[bell] = NO_POSITION;
    return channel;
  }

  /**
   * @param memoryFd what came with an offer: hostile.
   * @param fd the descriptor that the user has opened, for messages.
   */
  static open(memoryFd: number, fd: number): ChannelMemory {
    const memory = SharedMemory.open(memoryFd);
    try {
      if (memory.byteLength < memoryBytes(MIN_CAPACITY)) throw notChannelMemory(fd);
      const page = new Int32Array(memory.buffer, 0, PAGE_BYTES / 4);
      const capacity = page[CAPACITY_WORD] ?? 0; // once: the peer can write it
      const isPossible =
        capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY && (capacity & (capacity - 1)) === 0;
      if (page[MAGIC_WORD] !== MAGIC) throw notChannelMemory(fd);
      checkVersion(page[VERSION_WORD] ?? 0);
      if (!isPossible || memory.byteLength !== memoryBytes(capacity)) throw notChannelMemory(fd);
      return new ChannelMemory(memory, capacity);
    } catch (error) {
      memory.close();
      throw error;
    }
  }

  private constructor(memory: SharedMemory, capacity: number) {
    this.#memory = memory;
    this.words = new Int32Array(memory.buffer);
    this.region = new Region(memory.buffer);
    this.capacity = capacity;
    this.rings = [ringWords(0, capacity), ringWords(1, capacity)];
  }

  /** The descriptor; -1 once closed. */
  get fd(): number {
    return this.#memory.fd;
  }

  /** Closes the descriptor. The memory stays for as long as somebody uses it. */
  close(): void {
    this.#memory.close();
  }
}

const notChannelMemory = (fd: number): UintrError =>
  new UintrError(
    'ERR_UINTR_NOT_A_CHANNEL',
    `descriptor ${fd} is not a channel: its memory has another form`,
  );
