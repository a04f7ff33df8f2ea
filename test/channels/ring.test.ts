// The ring alone, as hostile peers may leave it.
import assert from 'node:assert/strict';
import type { UintrError } from 'uintr';
import { random } from '../../scripts/stress/random.js';
import {
  checkCodec,
  frame,
  Inbox,
  layout,
  NOTHING,
  Region,
  RingReader,
  RingWriter,
} from '../support/built.js';

const CAPACITY = 4096;

const isUintrError = (error: unknown): error is UintrError =>
  error instanceof Error && error.name === 'UintrError';

describe('nonsense in a ring', () => {
  const CASES = 100_000;
  const ring = layout.ringWords(0, CAPACITY);
  const memory = new SharedArrayBuffer(layout.memoryBytes(CAPACITY));
  const words = new Int32Array(memory);
  const region = new Region(memory);
  const codec = checkCodec<Uint8Array, Uint8Array>('bytes');

  it('stops after 256 frames of a message that are written as fast as they are read', () => {
    words.fill(0);
    // A full circle of parts, which the reader meets again and again.
    for (let at = 0; at < CAPACITY; at += 16) words[ring.begin + at / 4] = frame(layout.MORE, 1);
    words[ring.begin] = frame(layout.FIRST, 1);
    words[ring.begin + 1] = 2 ** 20;
    const reader = new RingReader(words, ring, CAPACITY);
    const inbox = new Inbox<Uint8Array>(reader, region, {
      codec,
      capacity: CAPACITY,
      inPlace: false,
      maxMessageBytes: 2 ** 20,
      ring: () => undefined,
    });
    for (let n = 1; n < 10; ++n) {
      assert.equal(inbox.shift(), NOTHING);
      assert.equal(reader.native.reader[0], n * 256 * 16);
      words[ring.begin] = frame(layout.MORE, 1);
    }
  });

  it(`throws ERR_UINTR_CORRUPT or ERR_UINTR_TOO_LARGE and nothing else, in ${CASES} cases`, () => {
    const number = random(0x5eed);
    const upTo = (limit: number): number => Math.floor(number() * limit);
    const thrown = new Map<string, number>();
    let taken = 0;
    const guarded = (run: () => void): void => {
      try {
        run();
      } catch (error) {
        const code = isUintrError(error) ? error.code : String(error);
        thrown.set(code, (thrown.get(code) ?? 0) + 1);
      }
    };
    // Each case: some messages, of which some are taken, and then words that nobody sane would write.
    for (let n = 0; n < CASES; ++n) {
      // All of the control words and the begin of the ring, which is all that is written here.
      words.fill(0, 0, 256);
      words.fill(0, ring.begin, ring.begin + CAPACITY / 4);
      const writer = new RingWriter(words, region.bytes, ring, CAPACITY);
      const reader = new RingReader(words, ring, CAPACITY);
      const inbox = new Inbox<Uint8Array>(reader, region, {
        codec,
        capacity: CAPACITY,
        inPlace: n % 2 === 0,
        maxMessageBytes: 10_000,
        ring: () => undefined,
      });
      const message = new Uint8Array(upTo(200));
      guarded(() => {
        const sent = upTo(20);
        for (let i = 0; i < sent; ++i) writer.write(message, 0);
        if (upTo(10) === 0) {
          const next = (sent * layout.frameBytes(message.length)) % CAPACITY;
          words[ring.begin + next / 4] = frame(layout.FIRST, 0);
          words[ring.begin + next / 4 + 1] = upTo(20_000);
        }
        for (let i = upTo(20); i > 0; --i) inbox.shift();
        for (let i = 1 + upTo(4); i > 0; --i) {
          const word = frame(upTo(16), [0, 1, 8, 200, 1016, 1017, 4088, 2 ** 28 - 1][upTo(8)] ?? 0);
          const values = [word, 0, -1, upTo(CAPACITY), 2 ** 31 - 1];
          const at = upTo(3) === 0 ? [ring.head, ring.bell, ring.want][upTo(3)] : undefined;
          words[at ?? ring.begin + upTo(CAPACITY / 4)] = values[upTo(values.length)] ?? 0;
        }
      });
      guarded(() => {
        for (let i = 0; i < 600 && inbox.shift() !== NOTHING; ++i) ++taken;
        inbox.isAtEnd();
        inbox.peek();
      });
      guarded(() => {
        for (let i = 0; i < 50 && writer.write(message, 0); ++i) writer.mustRing();
        writer.writePart(new Uint8Array(9000), 0, 0);
        writer.awaitRoom();
      });
    }
    assert.deepEqual([...thrown.keys()].sort(), ['ERR_UINTR_CORRUPT', 'ERR_UINTR_TOO_LARGE']);
    for (const count of thrown.values()) assert.ok(count > 100, `${count}`);
    assert.ok(taken > CASES, `${taken}`);
  });
});
