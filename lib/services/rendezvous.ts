import { EventEmitter, setMaxListeners } from 'node:events';
import {
  checkAddress,
  checkInteger,
  checkOptions,
  checkSignal,
  checkTimeout,
  checkVector,
  invalidType,
  invalidValue,
  isArray,
  outOfRange,
} from '../internal/arguments.js';
import { UintrError } from '../internal/errors.js';
import { checkMode, FdListener } from '../sockets/fd-listener.js';
import type { Credentials, FdSocket } from '../sockets/fd-socket.js';
import {
  decodeRequest,
  encodeGrant,
  encodeRefusal,
  handshakeError,
  MAX_HANDSHAKE,
  printable,
} from './handshake.js';
import { type Place, Places } from './places.js';
import { RateLimit } from './rate-limit.js';
import type { VectorFd } from '../core/vector-fd.js';
import { Patience } from '../internal/waiting.js';

/** The process that asks, as the kernel names it (`SO_PEERCRED`). */
export interface Peer extends Credentials {
  /**
   * A pidfd of it (`SO_PEERPIDFD`), the caller's to close; undefined before Linux 6.5. Only while
   * `authorize` decides.
   */
  pidFd(): number | undefined;
}

export interface VectorRequest<Name extends string = string> {
  /** What it asks for, by number even where it named them. */
  readonly vectors: readonly number[];
  /** Their names, in the same order. */
  readonly names: readonly (Name | undefined)[];
}

/** A peer that was let in. */
export interface PeerConnection<Name extends string = string> extends VectorRequest<Name> {
  readonly peer: Credentials;
}

export interface ListenOptions<Name extends string = string> {
  /** The mode of the socket file: who may connect. Default: 0o600, the owner of this process. */
  readonly mode?: number;
  /** The vectors that peers may ask for. Default: those that have a name. */
  readonly vectors?: readonly (number | Name)[];
  /**
   * Decides who may ring what; false, a rejection or an exception refuses. Counts towards
   * `handshakeTimeout`. Default: whoever can open the socket file. An abstract address has no file:
   * there everybody can connect, so decide here.
   */
  readonly authorize?: (peer: Peer, request: VectorRequest<Name>) => boolean | Promise<boolean>;
  /** How many peers may hold vector fds or be in a handshake at a time. Default: 1,024. */
  readonly maxConnections?: number;
  /**
   * How many of them may be of one uid. Default: all where the socket file lets in its owner alone,
   * half of them elsewhere, so that one user leaves room for others.
   */
  readonly maxConnectionsPerUid?: number;
  /**
   * How many vector fds all peers together may hold; those of one uid the same part of it as of the
   * connections. Each takes two descriptors of this process, on hardware three, and holds three in
   * flight (ETOOMANYREFS in unix(7)). Default: twice `maxConnections`.
   */
  readonly maxVectorFds?: number;
  /** How many handshakes each uid may begin a second. Default: 100. Infinity: no limit. */
  readonly requestsPerSecond?: number;
  /** How long a peer may take to ask, in milliseconds. Default: 1,000. */
  readonly handshakeTimeout?: number;
  /** Aborting it is `close()`. */
  readonly signal?: AbortSignal;
}

export interface RendezvousEvents<Name extends string> {
  /** A peer has its vector fds. */
  connection: [connection: PeerConnection<Name>];
  /** The last of its vector fds is gone: it closed them or died. */
  disconnect: [connection: PeerConnection<Name>];
  /**
   * A peer was not let in, and why; it is told the same. Undefined for the peer: it was not even
   * accepted, as with `EMFILE`.
   */
  refusal: [reason: UintrError, peer: Credentials | undefined];
  close: [];
}

/** Makes a rendezvous: for listen.ts. @internal */
export const create = Symbol('create');

/** What a rendezvous needs of its receiver. */
interface VectorSource {
  createFd(vector: number): VectorFd;
}

/**
 * A place where services ask for a receiver's vectors: made by `Receiver.listen()`. It listens on a
 * Unix socket (`SOCK_SEQPACKET`); what is said there is in lib/services/handshake.ts.
 */
export class Rendezvous<Name extends string = string>
  extends EventEmitter<RendezvousEvents<Name>>
  implements Disposable
{
  readonly #source: VectorSource;
  readonly #listener: FdListener;
  readonly #offer: Offer<Name>;
  readonly #authorize: ListenOptions<Name>['authorize'];
  readonly #places: Places;
  readonly #vectorFds: Places;
  readonly #handshakeTimeout: number;
  readonly #rate: RateLimit;
  readonly #closing = new AbortController();
  readonly #forgetSignal: () => void;
  #connections = 0;

  /** @internal */
  static [create]<Name extends string>(
    source: VectorSource,
    vectors: ReadonlyMap<string, number>,
    address: string,
    options: ListenOptions<Name>,
  ): Rendezvous<Name> {
    return new Rendezvous(source, vectors, address, options);
  }

  private constructor(
    source: VectorSource,
    vectors: ReadonlyMap<string, number>,
    readonly address: string,
    options: ListenOptions<Name>,
  ) {
    super();
    checkAddress('address', address);
    checkOptions('options', options);
    this.#source = source;
    this.#offer = new Offer(vectors, options.vectors);
    this.#authorize = options.authorize;
    if (this.#authorize !== undefined && typeof this.#authorize !== 'function') {
      throw invalidType('options.authorize', 'of type function', this.#authorize);
    }
    const mode = checkMode(options.mode);
    const shared = address.startsWith('\0') || (mode & OTHERS_MAY_CONNECT) !== 0;
    [this.#places, this.#vectorFds] = placesOf(options, shared);
    this.#rate = new RateLimit(checkRate(options.requestsPerSecond ?? 100));
    this.#handshakeTimeout =
      checkTimeout('options.handshakeTimeout', options.handshakeTimeout) ?? 1000;
    const signal = checkSignal('options.signal', options.signal);
    signal?.throwIfAborted();
    // Each handshake waits for it.
    setMaxListeners(0, this.#closing.signal);
    this.#listener = new FdListener(address, { mode });
    this.#listener.on('connection', (socket) => void this.#serve(socket));
    this.#listener.on('error', (error) => this.emit('refusal', error, undefined));
    const onAbort = (): void => {
      this.close();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#forgetSignal = () => signal?.removeEventListener('abort', onAbort);
  }

  /** How many peers hold vector fds. */
  get connections(): number {
    return this.#connections;
  }

  /** Keep the process alive: the default. */
  ref(): this {
    this.#listener.ref();
    return this;
  }

  /** Do not keep the process alive. */
  unref(): this {
    this.#listener.unref();
    return this;
  }

  /**
   * Lets nobody in any more, and removes the socket file. Who has vector fds keeps them until the
   * receiver closes. Closing twice is fine.
   */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#listener.close();
    this.#forgetSignal();
    this.#closing.abort(
      new UintrError('ERR_UINTR_CLOSED', 'the receiver does not listen any more'),
    );
    // As Node's own servers do: what a listener throws must not keep the receiver from closing.
    process.nextTick(() => this.emit('close'));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  // Events come after the handshake has ended, so that what a listener throws cannot change it.
  async #serve(socket: FdSocket): Promise<void> {
    let peer: Credentials | undefined;
    let place: Place | undefined;
    let connection: PeerConnection<Name> | undefined;
    let refusal: UintrError | undefined;
    socket.unref(); // the listener keeps the process alive, or is not to
    try {
      peer = socket.peer;
      place = this.#admit(peer);
      connection = { peer, ...(await this.#hear(socket, peer)) };
      this.#grant(socket, connection, place);
    } catch (error) {
      refusal = refuse(socket, error);
    } finally {
      place?.release();
      socket.close();
    }
    if (this.#closing.signal.aborted) return;
    if (refusal !== undefined) this.emit('refusal', refusal, peer);
    else if (connection !== undefined) this.emit('connection', connection);
  }

  /** Before a byte is read. */
  #admit(peer: Credentials): Place {
    if (!this.#rate.take(peer.uid)) {
      throw new UintrError(
        'ERR_UINTR_TOO_MANY_REQUESTS',
        `uid ${peer.uid} asks more than ${this.#rate.perSecond} times a second`,
      );
    }
    return this.#places.take(peer.uid);
  }

  async #hear(socket: FdSocket, credentials: Credentials): Promise<VectorRequest<Name>> {
    const patience = new Patience(
      'the handshake',
      { timeout: this.#handshakeTimeout, signal: this.#closing.signal },
      false,
    );
    const message = await socket.receive({
      ...patience.rest,
      maxBytes: MAX_HANDSHAKE,
      maxFds: 0,
    });
    if (message === null) throw handshakeError('it left without a word');
    const request = this.#offer.resolve(decodeRequest(message.data));
    if (this.#authorize === undefined) return request;
    const peer: Peer = { ...credentials, pidFd: () => socket.peerPidFd() };
    // Whatever it returned: JavaScript authors may forget to return a boolean.
    const decision = Promise.resolve<unknown>(this.#authorize(peer, request));
    const allowed = await patience.waitFor(decision);
    if (allowed !== true) {
      throw new UintrError('ERR_UINTR_REFUSED', 'the receiver does not let this peer in');
    }
    return request;
  }

  #grant(socket: FdSocket, connection: PeerConnection<Name>, place: Place): void {
    this.#closing.signal.throwIfAborted();
    const vectorFds: VectorFd[] = [];
    try {
      for (const vector of connection.vectors) {
        const vectorFd = this.#source.createFd(vector);
        vectorFds.push(vectorFd);
        // Until its last holder is gone, sent or not.
        const ofVectorFd = this.#vectorFds.take(connection.peer.uid);
        place.hold();
        vectorFd.once('disconnect', () => {
          ofVectorFd.release();
          place.release();
        });
      }
      const fds = vectorFds.map(({ fd }) => fd);
      socket.send(encodeGrant(), fds);
      let left = vectorFds.length;
      this.#connections++;
      const onDisconnect = (): void => {
        if (--left > 0) return;
        this.#connections--;
        this.emit('disconnect', connection);
      };
      for (const vectorFd of vectorFds) vectorFd.once('disconnect', onDisconnect);
    } finally {
      // The peer's are the only ones, so that its death shows.
      for (const vectorFd of vectorFds) vectorFd.close();
    }
  }
}

/** Tells the peer why, if it still listens. */
function refuse(socket: FdSocket, reason: unknown): UintrError {
  const refusal =
    reason instanceof UintrError
      ? reason
      : new UintrError(
          'ERR_UINTR_REFUSED',
          'the receiver failed to decide',
          undefined,
          undefined,
          reason,
        );
  try {
    socket.send(encodeRefusal(refusal));
  } catch {
    // It does not wait for an answer, or is gone: either way it has none.
  }
  return refusal;
}

/** The vectors that peers may ask for, by name and by number. */
class Offer<Name extends string> {
  readonly #numbers: ReadonlySet<number>;
  readonly #byName: ReadonlyMap<string, number>;
  readonly #names: ReadonlyMap<number, Name>;

  constructor(named: ReadonlyMap<string, number>, offered: readonly (number | Name)[] | undefined) {
    this.#byName = named;
    this.#names = new Map([...named].map(([name, number]) => [number, name as Name]));
    if (offered !== undefined && !isArray(offered)) {
      throw invalidType('options.vectors', 'an array of vectors', offered);
    }
    this.#numbers = new Set(
      offered === undefined
        ? named.values()
        : offered.map((vector, index) => {
            const number = typeof vector === 'string' ? named.get(vector) : vector;
            return checkVector(`options.vectors[${index}]`, number);
          }),
    );
    if (this.#numbers.size === 0) {
      throw invalidValue('options.vectors', 'at least one vector, for none has a name', offered);
    }
  }

  resolve(asked: readonly (string | number)[]): VectorRequest<Name> {
    const vectors = asked.map((vector) => {
      const number = typeof vector === 'string' ? this.#byName.get(vector) : vector;
      if (number === undefined || !this.#numbers.has(number)) {
        throw new UintrError(
          'ERR_UINTR_UNKNOWN_VECTOR',
          `the receiver does not offer vector ${printable(JSON.stringify(vector).slice(0, 80))}`,
        );
      }
      return number;
    });
    if (new Set(vectors).size < vectors.length) throw handshakeError('it asks for a vector twice');
    return { vectors, names: vectors.map((vector) => this.#names.get(vector)) };
  }
}

/** connect(2) asks for write permission. */
const OTHERS_MAY_CONNECT = 0o022;

type Limits = Pick<ListenOptions, 'maxConnections' | 'maxConnectionsPerUid' | 'maxVectorFds'>;

/** For connections, and for their vector fds. */
function placesOf(options: Limits, shared: boolean): [Places, Places] {
  const check = (name: keyof Limits, byDefault: number): number =>
    checkInteger(`options.${name}`, options[name] ?? byDefault, 1, 2 ** 20);
  const max = check('maxConnections', 1024);
  const maxPerUid = check('maxConnectionsPerUid', shared ? Math.ceil(max / 2) : max);
  const maxVectorFds = check('maxVectorFds', 2 * max);
  const vectorFdsPerUid = Math.ceil(maxVectorFds * Math.min(1, maxPerUid / max));
  return [
    new Places('connections', max, maxPerUid),
    new Places('vector fds', maxVectorFds, vectorFdsPerUid),
  ];
}

function checkRate(value: unknown): number {
  if (typeof value !== 'number') {
    throw invalidType('options.requestsPerSecond', 'of type number', value);
  }
  if (!(value > 0)) throw outOfRange('options.requestsPerSecond', '> 0', value);
  return value;
}
