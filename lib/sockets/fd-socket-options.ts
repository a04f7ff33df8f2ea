/** Options and messages of an FdSocket, and their limits. */

import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { checkFd, checkInteger, checkOneOf, invalidType, isArray } from '../internal/arguments.js';
import type { SocketType } from '../internal/binding.js';
import type { WaitOptions } from '../internal/deadline.js';

/** One message, or one chunk of a stream. */
export interface FdMessage {
  /** The bytes. Empty only if descriptors came alone. */
  readonly data: Buffer;
  /**
   * The descriptors that came with the message, close-on-exec. They are the caller's to close. A
   * worker that is terminated before leaves them open in its process.
   */
  readonly fds: readonly number[];
}

/** The process at the other end when the connection was made (`SO_PEERCRED`). */
export interface Credentials {
  /** Its process id, as seen from this process's pid namespace. */
  readonly pid: number;
  /** Its effective user id. */
  readonly uid: number;
  /** Its effective group id. */
  readonly gid: number;
}

/** The options of a socket that is made. */
export interface FdSocketOptions {
  /**
   * `seqpacket` (the default) keeps messages apart: one `send` is one `receive`. `stream` is for
   * programs that use `SOCK_STREAM`: data comes in chunks of any size, each descriptor with a chunk
   * that holds data of the `send` it came with.
   */
  readonly type?: SocketType;
}

/** The options of `FdSocket.receive()`. */
export interface ReceiveOptions extends WaitOptions {
  /** The longest message, or chunk of a stream, in bytes, 1 to 2^24. Default: 65,536. */
  readonly maxBytes?: number;
  /** How many descriptors one message may bring, 0 to 253, the kernel's limit. Default: 253. */
  readonly maxFds?: number;
}

/** The longest message to send, in bytes. unix(7) bounds it by the send buffer. */
export const MAX_MESSAGE = 64 * 1024;
/** The most descriptors that one message carries: SCM_MAX_FD of net/scm.h. */
export const MAX_FDS = 253;

const TYPES: readonly SocketType[] = ['seqpacket', 'stream'];

export const checkType = (type: unknown = 'seqpacket'): SocketType =>
  checkOneOf('options.type', type, TYPES);

export function checkData(data: unknown): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  if (!types.isUint8Array(bytes)) throw invalidType('data', 'a string or a Uint8Array', data);
  // An empty message could not be told from the end of the stream.
  checkInteger('data.length', bytes.length, 1, MAX_MESSAGE);
  return bytes;
}

export function checkFds(fds: readonly number[]): readonly number[] {
  if (!isArray(fds)) throw invalidType('fds', 'an array of descriptors', fds);
  checkInteger('fds.length', fds.length, 0, MAX_FDS);
  fds.forEach((fd, index) => checkFd(`fds[${index}]`, fd));
  return fds;
}

export function checkReceive({
  maxBytes,
  maxFds,
}: ReceiveOptions): Required<Pick<ReceiveOptions, 'maxBytes' | 'maxFds'>> {
  return {
    maxBytes: checkInteger('options.maxBytes', maxBytes ?? MAX_MESSAGE, 1, 2 ** 24),
    maxFds: checkInteger('options.maxFds', maxFds ?? MAX_FDS, 0, MAX_FDS),
  };
}
