/** The options of `connect()`. */

import { Buffer } from 'node:buffer';
import { checkOnDisconnect, type OnDisconnect } from '../core/sender.js';
import { checkVector } from '../core/vectors.js';
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkOptions,
  invalidType,
  invalidValue,
  isArray,
  MAX_TIMEOUT,
} from '../internal/arguments.js';
import { checkWaitOptions } from '../internal/deadline.js';
import type { Peer } from './listen-options.js';
import { encodeRequest, MAX_HANDSHAKE, MAX_REQUESTED } from './handshake.js';

/** The options of `connect()`. `Vector` is one of the vectors asked for. */
export interface ConnectOptions<Vector extends string | number> {
  /** The vectors to ask for, by the receiver's names or by number: 1 to 64, none twice. */
  readonly vectors: readonly Vector[];
  /**
   * Decides whether the process that listens is the service that is meant, before it is asked for
   * anything, and again for each later connection. False, a rejection or an exception ends the
   * connection. The time it takes counts towards `timeout`. The kernel says who called listen(2)
   * (`SO_PEERCRED`): that is not always the process that accepts, as where systemd listens for it.
   *
   * Default: our own uid and root are trusted. Another uid is trusted where nobody else can have put
   * the socket file, so not in a folder that others can write to, `/tmp` included, and not at an
   * abstract name.
   */
  readonly authorize?: (peer: Peer) => boolean | Promise<boolean>;
  /**
   * Connect again when the receiver is gone. Keep trying while it is not there yet, does not answer
   * or is full, or this process lacks descriptors or memory, with growing pauses and without end:
   * see `onRetry` and `signal`. Default: true. False: one attempt, and no second life.
   */
  readonly reconnect?: boolean;
  /**
   * Called with the reason why an attempt has failed, before the next attempt. An error that it
   * throws ends the connection.
   */
  readonly onRetry?: (reason: unknown) => void;
  /** The longest pause between two attempts, in milliseconds. Default: 2,000. */
  readonly maxDelay?: number;
  /** How long one attempt may take, in milliseconds. Default: 5,000. */
  readonly timeout?: number;
  /** Tells `send()` what to do while there is no receiver. Default: `throw`. */
  readonly onDisconnect?: OnDisconnect;
  /** Aborting the signal ends the attempts, and the connection. */
  readonly signal?: AbortSignal;
}

/** Options that were checked, with their defaults. */
export interface CheckedConnectOptions<Vector extends string | number> {
  /** A copy, which the caller cannot change any more. */
  readonly vectors: readonly Vector[];
  readonly authorize: ConnectOptions<Vector>['authorize'];
  readonly reconnect: boolean;
  readonly onRetry: ConnectOptions<Vector>['onRetry'];
  readonly maxDelay: number;
  readonly timeout: number;
  readonly drop: boolean;
  readonly signal: AbortSignal | undefined;
}

export function checkConnectOptions<Vector extends string | number>(
  options: ConnectOptions<Vector>,
): CheckedConnectOptions<Vector> {
  checkOptions('options', options);
  const { signal, timeout = 5000 } = checkWaitOptions('options', options);
  const { authorize, reconnect = true, maxDelay = 2000, onRetry } = options;
  checkFunction('options.authorize', authorize);
  checkFunction('options.onRetry', onRetry);
  return {
    vectors: checkRequest(options.vectors),
    authorize,
    reconnect: checkBoolean('options.reconnect', reconnect),
    onRetry,
    maxDelay: checkInteger('options.maxDelay', maxDelay, 1, MAX_TIMEOUT),
    timeout,
    drop: checkOnDisconnect(options.onDisconnect) === 'drop',
    signal,
  };
}

function checkRequest<Vector extends string | number>(vectors: readonly Vector[]): Vector[] {
  if (!isArray(vectors)) throw invalidType('options.vectors', 'an array of vectors', vectors);
  checkInteger('options.vectors.length', vectors.length, 1, MAX_REQUESTED);
  const checked = [...vectors];
  checked.forEach((vector, index) => {
    if (typeof vector !== 'string') checkVector(`options.vectors[${index}]`, vector);
  });
  if (new Set(checked).size < checked.length) {
    throw invalidValue('options.vectors', 'free of duplicates', vectors);
  }
  const size = Buffer.byteLength(encodeRequest(checked));
  checkInteger('options.vectors: their size', size, 1, MAX_HANDSHAKE);
  return checked;
}
