/** The doorbell of a channel's peer. */

import { isHungUp, Sender } from '../core/sender.js';
import { corruptError } from './errors.js';
import { Link, type Offer } from './link.js';

/** A sender to the peer, as soon as the peer has opened the channel and has said how to ring it. */
export class Doorbell {
  /** How often the peer was rung. */
  rings = 0;
  readonly #onPeerGone: () => void;
  /** The creator's, until the answer is there. */
  #link: Link | undefined;
  #sender: Sender | undefined;
  /** Whether the peer is to be rung once there is a sender. */
  #isOwed = false;

  constructor(onPeerGone: () => void) {
    this.#onPeerGone = onPeerGone;
  }

  /**
   * Offers the channel to whoever opens it.
   *
   * @param ownFd the vector fd by which the peer rings us.
   * @param onReadable called in the event loop when `connect()` may have something to do.
   */
  offer(memoryFd: number, ownFd: number, onReadable: () => void): void {
    this.#link = new Link(memoryFd, ownFd, onReadable);
  }

  /** Takes the peer's doorbell from its offer, and answers with ours. */
  accept(offer: Offer, ownFd: number): void {
    this.#open(offer.doorbellFd);
    offer.answer(ownFd);
  }

  /** The descriptor that the peer opens; -1 once it has, and at the opener's end. */
  get peerFd(): number {
    return this.#link?.peerFd ?? -1;
  }

  get isConnected(): boolean {
    return this.#sender !== undefined;
  }

  /** Asks the kernel whether the peer is gone: for those who block the event loop. */
  isHungUp(): boolean {
    return this.#sender?.[isHungUp]() === true;
  }

  /** @throws {UintrError} `ERR_UINTR_CORRUPT`. */
  ring(): void {
    if (this.#sender === undefined) {
      // The peer has asked to be rung, so its answer is there.
      this.#isOwed = true;
      this.connect();
      return;
    }
    ++this.rings;
    this.#sender.send();
  }

  /**
   * Takes the peer's answer, if it is there.
   *
   * @throws {UintrError} `ERR_UINTR_CORRUPT`.
   */
  connect(): void {
    const doorbellFd = this.#link?.answer();
    if (doorbellFd === undefined) return;
    try {
      this.#open(doorbellFd);
    } catch (error) {
      throw corruptError('its answer has no doorbell', error);
    }
    this.#closeLink();
    if (this.#isOwed) this.ring();
  }

  close(): void {
    this.#closeLink();
    this.#sender?.close();
    this.#sender = undefined;
  }

  #open(doorbellFd: number): void {
    this.#sender = new Sender(doorbellFd, { onDisconnect: 'drop' });
    this.#sender.on('disconnect', this.#onPeerGone);
  }

  #closeLink(): void {
    this.#link?.close();
    this.#link = undefined;
  }
}
