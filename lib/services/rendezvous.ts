/** Lets peers in at an address, and gives them vector fds: the receiver's half of the handshake. */

import { EventEmitter } from 'node:events';
import process from 'node:process';
import type { VectorFd } from '../core/vector-fd.js';
import { Aborter, throwIfAborted } from '../internal/abort.js';
import { nextTick } from '../internal/clock.js';
import { Deadline } from '../internal/deadline.js';
import { dispose } from '../internal/dispose.js';
import { isUintrError, UintrError } from '../internal/errors.js';
import { FdListener } from '../sockets/fd-listener.js';
import type { Credentials } from '../sockets/fd-socket-options.js';
import { type FdSocket, receiveHeld } from '../sockets/fd-socket.js';
import {
  decodeRequest,
  encodeGrant,
  encodeRefusal,
  handshakeError,
  MAX_HANDSHAKE,
  MAX_REQUESTED,
} from './handshake.js';
import {
  checkListenOptions,
  type ListenOptions,
  type Peer,
  type VectorRequest,
} from './listen-options.js';
import { Offer } from './offer.js';
import { Pace } from './pace.js';
import { type Place, type Places, tooMany } from './places.js';
import { RateLimit } from './rate-limit.js';

/** A peer that was let in. */
export interface PeerConnection<Name extends string = string> extends VectorRequest<Name> {
  /** The process that asked. */
  readonly peer: Credentials;
}

/** The events of a `Rendezvous`, with their arguments. */
export interface RendezvousEvents<Name extends string> {
  /** A peer has its vector fds. */
  connection: [connection: PeerConnection<Name>];
  /** The last of a peer's vector fds is gone: the peer closed them or died. */
  disconnect: [connection: PeerConnection<Name>];
  /**
   * A peer was not let in. The peer is told the same reason. `peer` is undefined when the
   * connection could not even be accepted, as with `EMFILE`.
   */
  refusal: [reason: UintrError, peer: Credentials | undefined];
  /** The rendezvous has closed. */
  close: [];
}

/** Makes a rendezvous: for listen.ts only. @internal */
export const create = Symbol('create');

/**
 * The vector fds that all rendezvous of this thread make per turn of the event loop. Each takes some
 * 0.1 ms, so a turn takes about a millisecond for them.
 */
const VECTOR_FDS_PER_TURN = 8;
const pace = new Pace(VECTOR_FDS_PER_TURN);

/** The receiver, as far as a rendezvous needs it. */
interface VectorSource {
  createFd(vector: number): VectorFd;
}

/**
 * A place where services ask for a receiver's vectors: made by `listen()`. It listens on a Unix
 * socket (`SOCK_SEQPACKET`): socket(2), bind(2), listen(2).
 */
export class Rendezvous<Name extends string = string>
  extends EventEmitter<RendezvousEvents<Name>>
  implements Disposable
{
  /** The path, or the abstract name after a NUL, on which this rendezvous listens. */
  readonly address: string;
  readonly #source: VectorSource;
  readonly #listener: FdListener;
  readonly #offer: Offer<Name>;
  readonly #authorize: ListenOptions<Name>['authorize'];
  readonly #places: Places;
  readonly #vectorFds: Places;
  readonly #reserved: number;
  readonly #handshakeTimeout: number;
  readonly #rate: RateLimit;
  readonly #closing = new Aborter();
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
    address: string,
    options: ListenOptions<Name>,
  ) {
    super();
    const checked = checkListenOptions(address, options);
    const { signal } = checked;
    this.address = address;
    this.#source = source;
    this.#offer = new Offer(vectors, options.vectors);
    this.#authorize = checked.authorize;
    this.#places = checked.places;
    this.#vectorFds = checked.vectorFds;
    this.#reserved = checked.reserved;
    this.#rate = new RateLimit(checked.requestsPerSecond, MAX_REQUESTED);
    this.#handshakeTimeout = checked.handshakeTimeout;
    throwIfAborted(signal);
    this.#listener = new FdListener(address, { mode: checked.mode }, true);
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

  /** Keeps the process alive while the rendezvous is open: the default. */
  ref(): this {
    this.#listener.ref();
    return this;
  }

  /** Lets the process end while the rendezvous is open. */
  unref(): this {
    this.#listener.unref();
    return this;
  }

  /**
   * Lets no more peers in, and removes the socket file. Peers that have vector fds keep them until
   * the receiver closes. `'close'` is emitted on the next tick. Closing twice is fine.
   */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#listener.close();
    this.#forgetSignal();
    this.#closing.abort(
      new UintrError('ERR_UINTR_CLOSED', 'the receiver does not listen any more'),
    );
    // Later, as Node's own servers do: an error thrown by a listener must not keep the receiver
    // from closing.
    nextTick(() => this.emit('close'));
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }

  async #serve(socket: FdSocket): Promise<void> {
    let peer: Credentials | undefined;
    let place: Place | undefined;
    let connection: PeerConnection<Name> | undefined;
    let refusal: UintrError | undefined;
    socket.unref(); // the listener alone decides whether the process stays alive
    try {
      peer = socket.peer;
      place = this.#admit(peer);
      this.#keepReserve(socket.fd, peer);
      connection = { peer, ...(await this.#hear(socket, peer)) };
      await this.#grant(socket, connection, place);
    } catch (error) {
      refusal = refuse(socket, error);
    } finally {
      place?.release();
      socket.close();
    }
    // On a tick of its own: what a listener throws is then an uncaught exception, as with every
    // emitter of Node.js, and not the rejection of a promise that nobody has.
    nextTick(() => {
      if (this.#closing.signal.aborted) return;
      if (refusal !== undefined) this.emit('refusal', refusal, peer);
      else if (connection !== undefined) this.emit('connection', connection);
    });
  }

  /** Applies the limits before a byte is read. */
  #admit(peer: Credentials): Place {
    if (!this.#rate.take(peer.uid)) throw tooManyRequests(peer, this.#rate);
    return this.#places.take(peer.uid);
  }

  /**
   * Keeps the last descriptors of this process for its own work and its own user, whatever the
   * limits are and however many rendezvous there are. The kernel gives out the lowest free number,
   * so all below a new one are in use.
   */
  #keepReserve(fd: number, { uid }: Credentials): void {
    if (fd < this.#reserved || uid === process.geteuid?.() || uid === 0) return;
    throw tooMany(`there are ${this.#reserved} descriptors in use`);
  }

  async #hear(socket: FdSocket, credentials: Credentials): Promise<VectorRequest<Name>> {
    const deadline = new Deadline(
      'the handshake',
      { timeout: this.#handshakeTimeout, signal: this.#closing.signal },
      false,
    );
    const message = await socket[receiveHeld]({
      ...deadline.rest,
      maxBytes: MAX_HANDSHAKE,
      maxFds: 0,
    });
    if (message === null) throw handshakeError('it left without a word');
    const request = this.#offer.resolve(decodeRequest(message.data));
    // The first vector was counted when the peer was admitted.
    if (!this.#rate.take(credentials.uid, request.vectors.length - 1, 0)) {
      throw tooManyRequests(credentials, this.#rate);
    }
    if (this.#authorize === undefined) return request;
    const peer: Peer = { ...credentials, pidFd: () => socket.peerPidFd() };
    // JavaScript authors may forget to return a boolean: anything except for true refuses.
    const decision = Promise.resolve<unknown>(this.#authorize(peer, request));
    const allowed = await deadline.waitFor(decision);
    if (allowed !== true) {
      throw new UintrError('ERR_UINTR_REFUSED', 'the receiver does not let this peer in');
    }
    return request;
  }

  async #grant(socket: FdSocket, connection: PeerConnection<Name>, place: Place): Promise<void> {
    const vectorFds: VectorFd[] = [];
    try {
      for (const vector of connection.vectors) {
        await pace.take();
        throwIfAborted(this.#closing.signal);
        const vectorFd = this.#source.createFd(vector);
        vectorFds.push(vectorFd);
        this.#keepReserve(vectorFd.fd, connection.peer);
        // Freed when the last holder closes it, even if it was never sent.
        const ofVectorFd = this.#vectorFds.take(connection.peer.uid);
        place.retain();
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
      // The peer's copies are then the only ones, so that its death shows.
      for (const vectorFd of vectorFds) vectorFd.close();
    }
  }
}

const tooManyRequests = ({ uid }: Credentials, { perSecond }: RateLimit): UintrError =>
  new UintrError(
    'ERR_UINTR_TOO_MANY_REQUESTS',
    `uid ${uid} asks for more than ${perSecond} vectors per second`,
  );

/** Tells the peer the reason, if the peer still listens. Returns it as a UintrError. */
function refuse(socket: FdSocket, reason: unknown): UintrError {
  const refusal = isUintrError(reason)
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
    // The peer does not wait for an answer, or is gone: either way it gets none.
  }
  return refusal;
}
