/** How messages become bytes, and bytes messages. */

import { types } from 'node:util';
import v8 from 'node:v8';
import { invalidType, invalidValue, isArray } from '../internal/arguments.js';
import type { Region } from './region.js';

/**
 * A codec of the user's own. An instance of msgpackr's `Packr` fits as it is. What `decode` gets may
 * be kept, unless the channel is `trusted`: then it is memory of the channel, which the peer's next
 * messages overwrite.
 */
export interface Codec<Out, In = Out> {
  /** Makes bytes of a message. They are copied before `encode` is called again. */
  encode(message: Out): Uint8Array;
  /** Makes a message of the bytes that the peer's `encode` has returned. */
  decode(bytes: Uint8Array): In;
}

/** The names of the codecs that are built in. */
export type CodecName = 'bytes' | 'json' | 'clone';

/** A codec as a channel uses it. */
export interface ChannelCodec<Out, In> {
  /** Strings are written as UTF-8. */
  readonly encode: (message: Out) => Uint8Array | string;
  readonly decode: (region: Region, begin: number, end: number, isText: boolean) => In;
  /** Whether `encode` returns memory that nobody changes later. */
  readonly ownsEncoded: boolean;
  /** Whether `decode` of memory that changes meanwhile does no harm to this process. */
  readonly readsInPlace: boolean;
}

const bytes: ChannelCodec<unknown, Uint8Array | string> = {
  encode: (message) => {
    if (typeof message === 'string' || types.isUint8Array(message)) return message;
    throw invalidType('message', 'a string or a Uint8Array', message);
  },
  decode: (region, begin, end, isText) =>
    isText ? region.text.toString('utf8', begin, end) : region.view(begin, end),
  ownsEncoded: false,
  readsInPlace: false,
};

const json: ChannelCodec<unknown, unknown> = {
  encode: (message) => {
    // The types of JSON.stringify() know nothing of undefined, which functions and symbols become.
    const text = JSON.stringify(message) as string | undefined;
    if (text === undefined) throw invalidValue('message', 'a value that JSON has', message);
    return text;
  },
  decode: (region, begin, end): unknown => JSON.parse(region.text.toString('utf8', begin, end)),
  ownsEncoded: true,
  readsInPlace: true,
};

const clone: ChannelCodec<unknown, unknown> = {
  encode: (message) => v8.serialize(message),
  decode: (region, begin, end): unknown => v8.deserialize(region.view(begin, end)),
  ownsEncoded: true,
  readsInPlace: false,
};

function custom<Out, In>(codec: Codec<Out, In>): ChannelCodec<Out, In> {
  return {
    encode: (message) => {
      const encoded: unknown = codec.encode(message);
      if (types.isUint8Array(encoded)) return encoded;
      throw invalidType('the result of codec.encode', 'a Uint8Array', encoded);
    },
    decode: (region, begin, end) => codec.decode(region.view(begin, end)),
    ownsEncoded: false,
    readsInPlace: true,
  };
}

const builtIn = new Map<unknown, ChannelCodec<unknown, unknown>>([
  ['bytes', bytes],
  ['json', json],
  ['clone', clone],
]);

/** Checks the option `codec`. */
export function checkCodec<Out, In>(value: unknown = 'clone'): ChannelCodec<Out, In> {
  const codec = builtIn.get(value);
  if (codec !== undefined) return codec as ChannelCodec<Out, In>;
  if (typeof value === 'string') {
    throw invalidValue('options.codec', [...builtIn.keys()].join(', '), value);
  }
  if (typeof value === 'object' && value !== null && !isArray(value)) {
    const { encode, decode } = value as Record<string, unknown>;
    if (typeof encode === 'function' && typeof decode === 'function') {
      return custom(value as Codec<Out, In>);
    }
  }
  throw invalidType('options.codec', 'a name or an object with encode() and decode()', value);
}
