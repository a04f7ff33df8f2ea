/** The options of channels. */

import { checkBoolean, checkInteger, checkOptions, outOfRange } from '../internal/arguments.js';
import { type ChannelCodec, checkCodec, type Codec, type CodecName } from './codecs.js';
import { MAX_CAPACITY, MIN_CAPACITY } from './layout.js';

/** The options of `openChannel()`. */
export interface OpenChannelOptions<Out, In = Out> {
  /**
   * How messages become bytes. Both sides must use the same.
   *
   * - `'clone'`: structured clone by `v8.serialize()`;
   * - `'json'`: smaller and faster for plain objects, without what JSON lacks;
   * - `'bytes'`: `Uint8Array`s and strings as they are;
   * - any object with `encode` and `decode`, such as an instance of msgpackr's `Packr`.
   *
   * Default: `'clone'`.
   */
  readonly codec?: CodecName | Codec<Out, In>;
  /**
   * The most messages that share one callback of Node.js: `process.nextTick()` and promise callbacks
   * run after the last of them. 1 to 1,024. Default: 64.
   */
  readonly burst?: number;
  /** The longest message in bytes, in either direction. 1 to 2^30. Default: 64 MiB. */
  readonly maxMessageBytes?: number;
  /**
   * The most bytes that `send()` queues while the peer does not read. Default: `maxMessageBytes`.
   */
  readonly maxQueuedBytes?: number;
  /**
   * Decodes straight from the shared memory, without a copy. The peer can change a message while it
   * is being decoded, so only for peers that you trust, with a codec that keeps nothing of the bytes
   * that it is given. `'bytes'` and `'clone'` copy all the same. Default: false.
   */
  readonly trusted?: boolean;
}

/** The options of `createChannel()`. */
export interface ChannelOptions<Out, In = Out> extends OpenChannelOptions<Out, In> {
  /**
   * The bytes of memory per direction, a power of two from 4,096 to 2^30. Messages longer than a
   * quarter of it are cut. Default: 1 MiB.
   */
  readonly capacity?: number;
}

const MIB = 2 ** 20;
const MAX_BYTES = 2 ** 30;

export interface CheckedOptions<Out, In> {
  readonly codec: ChannelCodec<Out, In>;
  readonly burst: number;
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
  readonly trusted: boolean;
}

export function checkOpenOptions<Out, In>(
  options: OpenChannelOptions<Out, In>,
): CheckedOptions<Out, In> {
  checkOptions('options', options);
  const { codec, burst = 64, maxMessageBytes = 64 * MIB, trusted = false } = options;
  const maxMessage = checkInteger('options.maxMessageBytes', maxMessageBytes, 1, MAX_BYTES);
  const { maxQueuedBytes = maxMessage } = options;
  return {
    codec: checkCodec<Out, In>(codec),
    burst: checkInteger('options.burst', burst, 1, 1024),
    maxMessageBytes: maxMessage,
    maxQueuedBytes: checkInteger(
      'options.maxQueuedBytes',
      maxQueuedBytes,
      0,
      Number.MAX_SAFE_INTEGER,
    ),
    trusted: checkBoolean('options.trusted', trusted),
  };
}

export function checkCapacity(value: unknown = MIB): number {
  const capacity = checkInteger('options.capacity', value, MIN_CAPACITY, MAX_CAPACITY);
  if ((capacity & (capacity - 1)) !== 0) {
    throw outOfRange('options.capacity', 'a power of two', value);
  }
  return capacity;
}
