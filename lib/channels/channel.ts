/** Channels: messages between two threads or processes. */

import { EventEmitter } from 'node:events';
import { revoke, type VectorFd } from '../core/vector-fd.js';
import { throwIfAborted } from '../internal/abort.js';
import { checkInteger, checkTimeout, outOfRange } from '../internal/arguments.js';
import { nextTick, now } from '../internal/clock.js';
import {
  checkWaitOptions,
  limited,
  SLEEP_SLICE_MS,
  timeoutError,
  type Waiter,
  type WaitOptions,
} from '../internal/deadline.js';
import { dispose } from '../internal/dispose.js';
import { closedError, hasCode, isUintrError, UintrError } from '../internal/errors.js';
import { Iteration } from '../internal/iteration.js';
import { nodesEmit, onListenersChange } from '../internal/listeners.js';
import type { ChannelEvents, ChannelStats } from './channel-events.js';
import type { ChannelMemory } from './channel-memory.js';
import type { CheckedOptions } from './channel-options.js';
import { Doorbell } from './doorbell.js';
import { corruptError, tooLargeError } from './errors.js';
import { Hub, type Member } from './hub.js';
import { Inbox, NOTHING } from './inbox.js';
import { WHOLE } from './layout.js';
import type { Offer } from './link.js';
import { Outbox } from './outbox.js';
import type { Region } from './region.js';
import { BLOCKING_WAIT, EVENT_LOOP, RingReader } from './ring-reader.js';
import { RingWriter } from './ring-writer.js';

type Listener<In> = (message: In) => void;

const plainEmit = nodesEmit; // a constant of this module is faster to reach than an import

/** Makes a channel of its memory: for create-channel.ts only. @internal */
export const create = Symbol('create');
const updateListening = Symbol('updateListening');

/**
 * One end of a channel: sends messages to the other end, which another thread or process has, and
 * receives messages from there. Made by `createChannel()` and `openChannel()`.
 *
 * Messages lie in memory that both sides share. A side that reads is not rung; one that waits is, by
 * a user interrupt. Neither costs a system call while both are awake.
 */
export class Channel<Out, In = Out>
  extends EventEmitter<ChannelEvents<In>>
  implements AsyncIterable<In>, Disposable
{
  readonly #region: Region;
  readonly #hub: Hub;
  readonly #vectorFd: VectorFd;
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  readonly #outbox: Outbox<Out>;
  readonly #inbox: Inbox<In>;
  readonly #burst: number;
  readonly #maxMessageBytes: number;
  readonly #waits = new Set<Waiter<In>>();
  readonly #capturesRejections = EventEmitter.captureRejections;
  readonly #member: Member;
  readonly #doorbell: Doorbell;
  #emitMessage: (message: In) => void = () => {};
  /** Whether the event loop takes messages: somebody listens or waits. */
  #isWanted = false;
  #refed = true;
  /** What `reserve()` has made room for; -1: nothing. */
  #reservedBytes = -1;
  #owesDrain = false;
  #isPeerGone = false;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #reason: UintrError | undefined;
  #sent = 0;
  #received = 0;

  /**
   * @param offer what the creator has offered; undefined makes the creator's end.
   *
   * @internal
   */
  static [create]<Out, In>(
    memory: ChannelMemory,
    options: CheckedOptions<Out, In>,
    offer?: Offer,
  ): Channel<Out, In> {
    return new Channel(memory, options, offer);
  }

  private constructor(
    memory: ChannelMemory,
    options: CheckedOptions<Out, In>,
    offer: Offer | undefined,
  ) {
    super();
    const { words, region, capacity, rings } = memory;
    const [outwards, inwards] = offer === undefined ? rings : [rings[1], rings[0]];
    this.#region = region;
    this.#burst = options.burst;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#writer = new RingWriter(words, region.bytes, outwards, capacity);
    this.#reader = new RingReader(words, inwards, capacity);
    this.#outbox = new Outbox(this.#writer, region, options);
    this.#inbox = new Inbox(this.#reader, region, {
      codec: options.codec,
      capacity,
      inPlace: options.trusted && options.codec.readsInPlace,
      maxMessageBytes: options.maxMessageBytes,
      ring: () => {
        this.#ring();
      },
    });
    this.#member = {
      ring: this.#reader.native,
      work: () => {
        this.#work();
      },
    };
    const { hub, vectorFd } = Hub.join(this.#member);
    this.#hub = hub;
    this.#vectorFd = vectorFd;
    const onPeerGone = (): void => {
      this.#onPeerGone();
    };
    vectorFd.on('disconnect', onPeerGone);
    this.#doorbell = new Doorbell(onPeerGone);
    try {
      if (offer === undefined) {
        this.#doorbell.offer(memory.fd, vectorFd.fd, () => {
          this.#guard(() => {
            this.#doorbell.connect();
          });
        });
      } else this.#doorbell.accept(offer, vectorFd.fd);
    } catch (error) {
      this.#release();
      throw error;
    }
    vectorFd.close(); // the peer has it, or it waits for the peer
    memory.close(); // the same; what is mapped stays
  }

  /**
   * The descriptor that the peer opens with `openChannel()`, close-on-exec: inherited by `stdio`,
   * passed over a Unix socket, or given to a worker as a number. It is closed, and this is -1, once
   * the peer has opened the channel or the channel is closed. Always -1 at the opener's end.
   */
  get peerFd(): number {
    return this.#doorbell.peerFd;
  }

  /** Whether both sides have the channel open. */
  get connected(): boolean {
    return this.#doorbell.isConnected && !this.#isPeerGone;
  }

  /** Counts what this end has done so far, also after `close()`. Makes no native call. */
  get stats(): ChannelStats {
    return {
      sent: this.#sent,
      received: this.#received,
      rings: this.#doorbell.rings,
      queuedBytes: this.#outbox.queuedBytes,
    };
  }

  /**
   * Sends a message. What does not fit into the memory is queued here, so nothing is lost. Returns
   * whether it fitted; after false wait for `'drain'`, as with `net.Socket`. The message is the
   * caller's again when this returns.
   *
   * @throws {UintrError} `ERR_UINTR_FULL` when more than `maxQueuedBytes` would be queued,
   * `ERR_UINTR_TOO_LARGE`, `ESHUTDOWN` when the peer is gone, `ERR_UINTR_CLOSED`; or what the codec
   * throws. Nothing is sent then.
   */
  send(message: Out): boolean {
    this.#checkWritable();
    this.#reservedBytes = -1;
    try {
      const isWritten = this.#outbox.send(message, true);
      ++this.#sent;
      this.#ringIfAwaited();
      if (!isWritten) this.#oweDrain();
      return isWritten;
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /**
   * Sends a message if there is room for it, and otherwise returns false: nothing is queued.
   * `'drain'` says when to try again.
   *
   * @throws {UintrError} as `send()`; `ERR_UINTR_TOO_LARGE` also for what never fits as a whole.
   */
  trySend(message: Out): boolean {
    this.#checkWritable();
    this.#reservedBytes = -1;
    try {
      const isWritten = this.#outbox.send(message, false);
      if (isWritten) {
        ++this.#sent;
        this.#ringIfAwaited();
      } else this.#oweDrain();
      return isWritten;
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /**
   * Sends a message, and blocks this thread until there is room for it. Returns false when the time
   * is up: nothing was sent then. A message that is longer than the memory is begun as soon as there
   * is room; if the time is up meanwhile, its rest is queued, and this returns true.
   *
   * @param timeoutMs milliseconds; forever when left out. 0 does not block.
   * @throws {UintrError} as `send()`.
   */
  sendSync(message: Out, timeoutMs?: number): boolean {
    const timeout = checkTimeout('timeoutMs', timeoutMs) ?? Infinity;
    this.#checkWritable();
    this.#reservedBytes = -1;
    const deadline = now() + timeout;
    try {
      const encoded = this.#outbox.encode(message);
      let isBegun = false;
      for (;;) {
        isBegun ||= this.#outbox.begin(encoded);
        const isWritten = isBegun && this.#outbox.flush();
        this.#ringIfAwaited();
        if (isWritten) break;
        if (!isBegun && this.#writer.awaitRoom()) continue;
        if (!this.#sleep(deadline, false)) break;
        this.#checkWritable();
      }
      if (isBegun) ++this.#sent;
      if (!this.#outbox.isEmpty) {
        this.#outbox.keepQueued();
        this.#oweDrain();
      }
      return isBegun;
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /**
   * Makes room for a message of at most that many bytes, and returns the memory to write it into.
   * Undefined when there is no room: `'drain'` says when there is. `commit()` sends it. Any other
   * call that sends takes the room away again.
   *
   * The codec has no part in this: what the peer gets is what its codec makes of the bytes.
   *
   * @throws {UintrError} `ERR_UINTR_TOO_LARGE` for more than a quarter of the capacity; `ESHUTDOWN`,
   * `ERR_UINTR_CLOSED`.
   */
  reserve(bytes: number): Uint8Array | undefined {
    checkInteger('bytes', bytes, 0, 2 ** 31 - 1);
    this.#checkWritable();
    const limit = Math.min(this.#writer.maxPayload, this.#maxMessageBytes);
    if (bytes > limit) throw tooLargeError(bytes, limit);
    try {
      const at = this.#outbox.isEmpty ? this.#writer.reserve(bytes) : -1;
      if (at === -1) {
        this.#oweDrain();
        return undefined;
      }
      this.#reservedBytes = bytes;
      return this.#region.view(at, at + bytes);
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /**
   * Sends what was written into the memory that `reserve()` gave.
   *
   * @param bytes the length of the message, at most what was reserved.
   * @throws {RangeError} `ERR_OUT_OF_RANGE` for more than that, and when nothing is reserved.
   */
  commit(bytes: number): void {
    this.#checkWritable();
    const reserved = this.#reservedBytes;
    if (reserved === -1) throw outOfRange('bytes', 'what reserve() has made room for', bytes);
    checkInteger('bytes', bytes, 0, reserved);
    this.#reservedBytes = -1;
    this.#writer.commit(WHOLE, bytes);
    ++this.#sent;
    this.#ringIfAwaited();
  }

  /**
   * Takes the next message, or returns undefined when there is none. Does not block, and makes no
   * system call, except to wake a peer that waits for room.
   *
   * @throws {UintrError} `ERR_UINTR_CLOSED`, or the reason for which the channel has ended.
   */
  poll(): In | undefined {
    const message = this.#take();
    return message === NOTHING ? undefined : message;
  }

  /**
   * Resolves with the next message. Several calls are served in their order, and before listeners
   * of `'message'`.
   *
   * Rejects with `ERR_UINTR_TIMEOUT`, the signal's reason, `ERR_UINTR_CLOSED`, or the reason for
   * which the channel has ended.
   */
  async receive(options: WaitOptions = {}): Promise<In> {
    const { signal, timeout } = checkWaitOptions('options', options);
    throwIfAborted(signal);
    if (this.#waits.size === 0) {
      const message = this.#take();
      if (message !== NOTHING) return message;
    }
    this.#checkReadable();
    const onTimeout = ({ reject }: Waiter<In>): void => {
      this.#work(); // timers run before the loop looks at doorbells: a message may be there
      reject(timeoutError('receiving'));
    };
    return await limited<In>({ signal, timeout, onTimeout, ref: this.#refed }, (waiter) => {
      this.#waits.add(waiter);
      this[updateListening]();
      return () => {
        this.#waits.delete(waiter);
        this[updateListening]();
      };
    });
  }

  /**
   * Takes the next message, and blocks this thread until there is one. Returns undefined when the
   * time is up.
   *
   * @param timeoutMs milliseconds; forever when left out. 0 does not block.
   * @throws {UintrError} `ERR_UINTR_CLOSED`, or the reason for which the channel has ended.
   */
  receiveSync(timeoutMs?: number): In | undefined {
    const timeout = checkTimeout('timeoutMs', timeoutMs) ?? Infinity;
    const deadline = timeout === Infinity ? Infinity : now() + timeout;
    for (;;) {
      const message = this.#take();
      if (message !== NOTHING) return message;
      this.#checkReadable();
      if (!this.#sleep(deadline, true)) return undefined;
    }
  }

  /**
   * The bytes of the next message, where they lie, without a copy; undefined when there is none. A
   * message that was cut is put together in memory of its own. The codec has no part in this. The
   * bytes stay until `release()`; a peer that is not to be trusted can change them until then.
   *
   * @throws {UintrError} `ERR_UINTR_CLOSED`, or the reason for which the channel has ended.
   */
  peek(): Uint8Array | undefined {
    this.#checkReadable();
    try {
      const bytes = this.#inbox.peek();
      if (bytes === undefined) this.#checkEnd();
      return bytes;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Takes the next message, which `peek()` has shown, and gives its memory back to the peer. */
  release(): void {
    this.#checkReadable();
    try {
      if (this.#inbox.release()) ++this.#received;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Yields the messages, each by a `receive()`. Ends when the channel does. */
  [Symbol.asyncIterator](): AsyncGenerator<In, void, undefined> {
    return new Iteration((options) => this.receive(options));
  }

  /** Keeps the process alive while somebody listens or waits, and while messages are queued: the default. */
  ref(): this {
    this.#refed = true;
    for (const { timer } of this.#waits) timer?.ref();
    this.#update();
    return this;
  }

  /** Lets the process end in spite of that. */
  unref(): this {
    this.#refed = false;
    for (const { timer } of this.#waits) timer?.unref();
    this.#update();
    return this;
  }

  /**
   * Closes the channel. Messages that were sent are delivered, queued ones, too: this end stays until
   * they are written, or the peer is gone. No message is taken any more. `'close'` follows, at the
   * peer once it has taken all messages. Closing twice is fine.
   */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#rejectWaits(closedError('channel'));
    this[updateListening]();
    this.#guard(() => {
      this.#flush();
    });
  }

  /** The same as `close()`, for `using`. */
  [dispose](): void {
    this.close();
  }

  /** @internal */
  [updateListening](): void {
    const [listener, ...others] = this.rawListeners('message') as Listener<In>[];
    // captureRejections handles the promises that listeners return.
    const isOnly = listener !== undefined && others.length === 0 && !this.#capturesRejections;
    this.#emitMessage = isOnly ? this.#callOnly(listener) : this.#emitToAll;
    this.#isWanted = this.#state === 'open' && (listener !== undefined || this.#waits.size > 0);
    this.#reader.setWanted(EVENT_LOOP, this.#isWanted);
    if (this.#isWanted && this.#inbox.hasCopied) this.#hub.lookSoon();
    this.#update();
  }

  #update(): void {
    if (this.#state === 'closed') return;
    const waits = this.#isWanted || (this.#owesDrain && this.listenerCount('drain') > 0);
    const isBusy = waits || this.#state === 'closing' || !this.#outbox.isEmpty;
    this.#hub.setActive(this.#member, this.#refed && isBusy);
  }

  readonly #emitToAll = (message: In): void => {
    (this as EventEmitter).emit('message', message);
  };

  // As in core/receiver.ts: a single listener is called without a look into the emitter's dictionary.
  #callOnly(listener: Listener<In>): (message: In) => void {
    return (message) => {
      if ((this.emit as unknown) === plainEmit) listener.call(this, message);
      else this.#emitToAll(message);
    };
  }

  /** Called for a doorbell of any channel of this thread. */
  #work(): void {
    if (this.#state === 'closed') return;
    try {
      if (this.#owesDrain || this.#state === 'closing') this.#flush();
      if (this.#isWanted) this.#deliver();
      else if (this.#state === 'open') this.#checkEnd();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Delivers up to `burst` messages. The receiver sees those that are left in the ring by itself. */
  #deliver(): void {
    for (let left = this.#burst; left > 0 && this.#isWanted; --left) {
      const message = this.#inbox.shift();
      if (message === NOTHING) {
        this.#checkEnd();
        return;
      }
      this.#hand(message);
    }
    if (this.#isWanted && this.#inbox.hasCopied) this.#hub.lookSoon();
  }

  #hand(message: In): void {
    ++this.#received;
    if (this.#waits.size > 0) {
      for (const waiter of this.#waits) {
        waiter.resolve(message);
        return;
      }
    }
    try {
      this.#emitMessage(message);
    } catch (error) {
      throwLater(error);
    }
  }

  #take(): In | typeof NOTHING {
    this.#checkReadable();
    try {
      const message = this.#inbox.shift();
      if (message === NOTHING) this.#checkEnd();
      else ++this.#received;
      return message;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Ends the channel if the peer will publish nothing any more, and nothing is left. */
  #checkEnd(): void {
    if (this.#inbox.isAtEnd()) this.#end(undefined);
    else if (this.#isPeerGone && this.#inbox.isEmpty()) this.#end(diedError());
  }

  /**
   * Blocks until a doorbell comes or something may have happened. Returns false when the time is up.
   * What the event loop would do meanwhile is done here.
   */
  #sleep(deadline: number, forMessages: boolean): boolean {
    const left = deadline === Infinity ? SLEEP_SLICE_MS : deadline - now();
    if (left <= 0) return false;
    this.#reader.setWanted(BLOCKING_WAIT, forMessages);
    const isRung = this.#hub.waitSync(Math.min(left, SLEEP_SLICE_MS));
    this.#reader.setWanted(BLOCKING_WAIT, false);
    try {
      this.#doorbell.connect();
      if (!isRung && this.#doorbell.isHungUp()) this.#onPeerGone();
      if (!this.#outbox.isEmpty) this.#flush();
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  #flush(): void {
    if (this.#isPeerGone || this.#state === 'closed') return;
    const isEmpty = this.#outbox.flush();
    const isEnded = isEmpty && this.#state === 'closing' && this.#outbox.end();
    this.#ringIfAwaited();
    if (isEnded) this.#end(undefined);
    else if (isEmpty && this.#owesDrain && this.#writer.awaitRoom()) this.#drain();
  }

  #drain(): void {
    this.#owesDrain = false;
    this.#update();
    try {
      (this as EventEmitter).emit('drain');
    } catch (error) {
      throwLater(error);
    }
  }

  /** Promises a 'drain'. */
  #oweDrain(): void {
    if (this.#owesDrain) return;
    this.#owesDrain = true;
    if (this.#writer.awaitRoom()) this.#hub.lookSoon();
    this.#update();
  }

  /** Rings the peer if it waits for what was published. */
  #ringIfAwaited(): void {
    if (this.#writer.mustRing()) this.#ring();
  }

  #ring(): void {
    try {
      this.#doorbell.ring();
    } catch (error) {
      this.#fail(error);
    }
  }

  #onPeerGone(): void {
    if (this.#isPeerGone || this.#state === 'closed') return;
    this.#isPeerGone = true;
    this.#guard(() => {
      if (this.#state === 'closing') this.#end(diedError());
      else if (this.#isWanted) this.#hub.lookSoon();
      else this.#checkEnd();
    });
  }

  /** Runs what reads from the peer outside of a call of the user's. */
  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the channel if a call failed because of what the peer has written. Returns the error. */
  #refused(error: unknown): unknown {
    if (hasCode(error, 'ERR_UINTR_CORRUPT')) this.#fail(error);
    return error;
  }

  /** Ends the channel because of what the peer has written. Returns the reason. */
  #fail(error: unknown): UintrError {
    const reason = isUintrError(error) ? error : corruptError('it cannot be decoded', error);
    this.#end(reason);
    return reason;
  }

  #end(reason: UintrError | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#reason = reason;
    this.#isWanted = false;
    this.#reader.setWanted(EVENT_LOOP, false);
    this.#release();
    this.#rejectWaits(reason ?? closedError('channel'));
    // Later: an error thrown by a listener must not reach a caller.
    nextTick(() => (this as EventEmitter).emit('close', reason));
  }

  #release(): void {
    this.#vectorFd[revoke]();
    this.#doorbell.close();
    this.#hub.leave(this.#member);
  }

  #rejectWaits(reason: Error): void {
    for (const waiter of this.#waits) waiter.reject(reason);
  }

  #checkReadable(): void {
    if (this.#state === 'open') return;
    throw this.#reason ?? closedError('channel');
  }

  #checkWritable(): void {
    if (this.#state !== 'open') throw this.#reason ?? closedError('channel');
    if (this.#isPeerGone) throw new UintrError('ESHUTDOWN', 'the peer of the channel is gone');
  }
}

/** Throws on a tick of its own: an error of one listener must not keep others from their messages. */
function throwLater(error: unknown): void {
  nextTick(() => {
    throw error;
  });
}

const diedError = (): UintrError =>
  new UintrError('ECONNRESET', 'the peer of the channel has died, or given it up');

onListenersChange(Channel, (channel) => {
  channel[updateListening]();
});
