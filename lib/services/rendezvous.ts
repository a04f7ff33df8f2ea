/** Lets peers in at an address, and gives them vector fds: the receiver's half of the handshake. */

import { EventEmitter, setMaxListeners } from 'node:events';
import type { VectorFd } from '../core/vector-fd.js';
import { Deadline } from '../internal/deadline.js';
import { UintrError } from '../internal/errors.js';
import { FdListener } from '../sockets/fd-listener.js';
import type { Credentials } from '../sockets/fd-socket-options.js';
import { type FdSocket, receiveHeld } from '../sockets/fd-socket.js';
import {
  decodeRequest,
  encodeGrant,
  encodeRefusal,
  handshakeError,
  MAX_HANDSHAKE,
} from './handshake.js';
import {
  checkListenOptions,
  type ListenOptions,
  type Peer,
  type VectorRequest,
} from './listen-options.js';
import { Offer } from './offer.js';
import type { Place, Places } from './places.js';
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
    this.#rate = new RateLimit(checked.requestsPerSecond);
    this.#handshakeTimeout = checked.handshakeTimeout;
    signal?.throwIfAborted();
    setMaxListeners(0, this.#closing.signal); // each handshake is one
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
    process.nextTick(() => this.emit('close'));
  }

  /** The same as `close()`, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  // Emits events after the handshake has ended, so that an error thrown by a listener cannot change
  // it.
  async #serve(socket: FdSocket): Promise<void> {
    let peer: Credentials | undefined;
    let place: Place | undefined;
    let connection: PeerConnection<Name> | undefined;
    let refusal: UintrError | undefined;
    socket.unref(); // the listener alone decides whether the process stays alive
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

  /** Applies the limits before a byte is read. */
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

  #grant(socket: FdSocket, connection: PeerConnection<Name>, place: Place): void {
    this.#closing.signal.throwIfAborted();
    const vectorFds: VectorFd[] = [];
    try {
      for (const vector of connection.vectors) {
        const vectorFd = this.#source.createFd(vector);
        vectorFds.push(vectorFd);
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

/** Tells the peer the reason, if the peer still listens. Returns it as a UintrError. */
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
    // The peer does not wait for an answer, or is gone: either way it gets none.
  }
  return refusal;
}
