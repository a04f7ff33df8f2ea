/** The options of `listen()`. */

import { checkSignal } from '../internal/abort.js';
import {
  checkAddress,
  checkFunction,
  checkInteger,
  checkOptions,
  checkRate,
  checkTimeout,
} from '../internal/arguments.js';
import { binding } from '../internal/binding.js';
import { checkMode } from '../sockets/fd-listener.js';
import type { Credentials } from '../sockets/fd-socket-options.js';
import { Places } from './places.js';

/** The process at the other end, as the kernel names it (`SO_PEERCRED`), while `authorize` decides. */
export interface Peer extends Credentials {
  /**
   * Returns a pidfd of the process (`SO_PEERPIDFD`), the caller's to close; undefined before Linux
   * 6.5. Works only while `authorize` decides.
   *
   * @throws {UintrError} `ERR_UINTR_CLOSED` later; `EMFILE` or another error of getsockopt(2).
   */
  pidFd(): number | undefined;
}

/** The vectors that a peer asks for. */
export interface VectorRequest<Name extends string = string> {
  /** The vectors, by number even where the peer named them. */
  readonly vectors: readonly number[];
  /** Their names, in the same order; undefined for a vector without one. */
  readonly names: readonly (Name | undefined)[];
}

/** The options of `listen()`. `Name` is one of the names of the receiver's vectors. */
export interface ListenOptions<Name extends string = string> {
  /** The mode of the socket file: who may connect. Default: 0o600, the owner of this process. */
  readonly mode?: number;
  /** The vectors that peers may ask for, by number or name. Default: those that have a name. */
  readonly vectors?: readonly (number | Name)[];
  /**
   * Decides whether a peer gets what it asks for. False, a rejection or an exception refuses. The
   * time it takes counts towards `handshakeTimeout`. Default: whoever can open the socket file is
   * let in. An abstract address has no file and everybody can connect to it, so decide here.
   */
  readonly authorize?: (peer: Peer, request: VectorRequest<Name>) => boolean | Promise<boolean>;
  /**
   * How many peers may hold vector fds or be in a handshake at a time. Default: 1,024, but at most an
   * eighth of the descriptors that this process may have (RLIMIT_NOFILE).
   */
  readonly maxConnections?: number;
  /**
   * How many of `maxConnections` may be of one uid. Default: all where the socket file lets in its
   * owner alone, half of them elsewhere, so that one user leaves room for others.
   */
  readonly maxConnectionsPerUid?: number;
  /**
   * How many vector fds all peers together may hold. The limit per uid is the same part of this as
   * `maxConnectionsPerUid` is of `maxConnections`. Each vector fd takes two descriptors of this
   * process, on hardware three, and three in flight (ETOOMANYREFS in unix(7)) until it is received.
   * Default: twice `maxConnections`, but at most a sixth of the descriptors that this process may
   * have, which leaves half of those to other work.
   */
  readonly maxVectorFds?: number;
  /**
   * How many vectors each uid may ask for per second. A request for none counts as one vector, and
   * so does one that is refused before it is read. Default: 100. Infinity: no limit.
   */
  readonly requestsPerSecond?: number;
  /** How long a peer may take to ask, in milliseconds. Default: 1,000. */
  readonly handshakeTimeout?: number;
  /** Aborting the signal closes the rendezvous, as `close()` does. */
  readonly signal?: AbortSignal;
}

/** Options that were checked, with their defaults. */
export interface CheckedListenOptions<Name extends string> {
  readonly mode: number;
  readonly authorize: ListenOptions<Name>['authorize'];
  /** Places for connections. */
  readonly places: Places;
  /** Places for vector fds of all connections. */
  readonly vectorFds: Places;
  /** Descriptors from this number on are not for peers of another uid. */
  readonly reserved: number;
  readonly requestsPerSecond: number;
  readonly handshakeTimeout: number;
  readonly signal: AbortSignal | undefined;
}

/** connect(2) wants write permission for the socket file. */
const OTHERS_MAY_CONNECT = 0o022;

/** Checks everything except for `vectors`: see offer.ts. */
export function checkListenOptions<Name extends string>(
  address: string,
  options: ListenOptions<Name>,
): CheckedListenOptions<Name> {
  checkAddress('address', address);
  checkOptions('options', options);
  checkFunction('options.authorize', options.authorize);
  const mode = checkMode(options.mode);
  const shared = address.startsWith('\0') || (mode & OTHERS_MAY_CONNECT) !== 0;
  const { handshakeTimeout } = options;
  return {
    mode,
    authorize: options.authorize,
    ...placesOf(options, shared),
    requestsPerSecond: checkRate('options.requestsPerSecond', options.requestsPerSecond ?? 100),
    handshakeTimeout: checkTimeout('options.handshakeTimeout', handshakeTimeout) ?? 1000,
    signal: checkSignal('options.signal', options.signal),
  };
}

type Limits = Pick<ListenOptions, 'maxConnections' | 'maxConnectionsPerUid' | 'maxVectorFds'>;

const part = (whole: number, parts: number): number => Math.max(Math.floor(whole / parts), 1);

/** @param shared whether peers of several uids can connect. */
function placesOf(
  options: Limits,
  shared: boolean,
): { places: Places; vectorFds: Places; reserved: number } {
  const check = (name: keyof Limits, byDefault: number): number =>
    checkInteger(`options.${name}`, options[name] ?? byDefault, 1, 2 ** 20);
  const descriptors = binding().descriptorLimit();
  const max = check('maxConnections', Math.min(1024, part(descriptors, 8)));
  const maxPerUid = check('maxConnectionsPerUid', shared ? Math.ceil(max / 2) : max);
  const maxVectorFds = check('maxVectorFds', Math.min(2 * max, part(descriptors, 6)));
  const vectorFdsPerUid = Math.ceil(maxVectorFds * Math.min(1, maxPerUid / max));
  return {
    places: new Places('connections', max, maxPerUid),
    vectorFds: new Places('vector fds', maxVectorFds, vectorFdsPerUid),
    reserved: descriptors - part(descriptors, 4),
  };
}
