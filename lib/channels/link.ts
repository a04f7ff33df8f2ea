/**
 * The socket over which the two sides of a channel meet. One end of a pair is the channel's
 * `peerFd`, and two messages wait there: the offer, which whoever opens the channel takes, and behind
 * it a note that says that the channel is taken. The opener answers with its doorbell. Nobody waits
 * here, so these are the sockets of the binding and not `FdSocket`s, whose reads are promises.
 */

import { Buffer } from 'node:buffer';
import { binding, type NativeFdSocket } from '../internal/binding.js';
import { hasCode, UintrError } from '../internal/errors.js';
import { checkVersion, corruptError } from './errors.js';
import { MAGIC, VERSION } from './layout.js';

// What a message says, with its descriptors.
/** The memory, and the vector fd that the opener rings. */
const OFFER = 1;
const TAKEN = 2;
/** The vector fd that the creator rings. */
const ANSWER = 3;

const MESSAGE_BYTES = 12;

function encode(word: number): Buffer {
  const message = Buffer.alloc(MESSAGE_BYTES);
  message.writeUInt32LE(MAGIC, 0);
  message.writeUInt32LE(VERSION, 4);
  message.writeUInt32LE(word, 8);
  return message;
}

/** Returns the version and the word of a message; undefined for one of something else. */
function decode(message: Buffer): { version: number; word: number } | undefined {
  if (message.length !== MESSAGE_BYTES || message.readUInt32LE(0) !== MAGIC) return undefined;
  return { version: message.readUInt32LE(4), word: message.readUInt32LE(8) };
}

const notAChannel = (fd: number, why: string): UintrError =>
  new UintrError('ERR_UINTR_NOT_A_CHANNEL', `descriptor ${fd} is not a channel: ${why}`);

/** The creator's end, until the answer is there. */
export class Link {
  readonly #socket: NativeFdSocket;
  readonly #peer: NativeFdSocket;

  /** @param onReadable called when the answer may be there, or everybody else is gone. */
  constructor(memoryFd: number, doorbellFd: number, onReadable: () => void) {
    const [first, second] = binding().openFdSocketPair('seqpacket');
    this.#socket = binding().openFdSocket(first, { self: this, onReady: onReadable });
    this.#peer = binding().openFdSocket(second, { self: this, onReady: () => undefined });
    try {
      this.#socket.send(encode(OFFER), [memoryFd, doorbellFd]);
      this.#socket.send(encode(TAKEN), []);
      this.#socket.poll(true, false, false);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The descriptor that the peer opens. */
  get peerFd(): number {
    return this.#peer.fd;
  }

  /**
   * The vector fd of the opener, which is closed with this link; undefined while there is no answer.
   *
   * @throws {UintrError} `ERR_UINTR_CORRUPT`.
   */
  answer(): number | undefined {
    const message = this.#socket.receiveHeld(MESSAGE_BYTES, 1);
    if (message === undefined) return undefined;
    const [fd] = message.fds;
    const said = decode(message.data);
    if (said?.word !== ANSWER || said.version !== VERSION || fd === undefined) {
      throw corruptError('the answer to its offer');
    }
    return fd;
  }

  close(): void {
    this.#socket.close();
    this.#peer.close();
  }
}

/** What the creator has offered. `close()` closes its descriptors. */
export interface Offer {
  readonly memoryFd: number;
  readonly doorbellFd: number;
  /** Tells the creator our doorbell. A creator that is gone by now hears nothing. */
  answer(doorbellFd: number): void;
  close(): void;
}

/**
 * Takes the offer at a `peerFd`, which stays the caller's.
 *
 * @throws {UintrError} `ERR_UINTR_NOT_A_CHANNEL`, `ERR_UINTR_TAKEN`, `ERR_UINTR_VERSION`, `EBADF`,
 * `EMFILE`.
 */
export function takeOffer(fd: number): Offer {
  checkWord(fd, peek(fd));
  const socket = binding().openFdSocket(binding().duplicateFdSocket(fd), {
    self: {},
    onReady: () => undefined,
  });
  try {
    const message = socket.receiveHeld(MESSAGE_BYTES, 2);
    checkWord(fd, message?.data); // somebody else may have been faster
    const [memoryFd, doorbellFd] = message?.fds ?? [];
    if (memoryFd === undefined || doorbellFd === undefined) {
      throw notAChannel(fd, 'its offer has other descriptors');
    }
    return {
      memoryFd,
      doorbellFd,
      answer: (ours) => {
        try {
          socket.send(encode(ANSWER), [ours]);
        } catch (error) {
          if (!hasCode(error, 'EPIPE', 'ECONNRESET')) throw error;
        }
      },
      close: () => {
        socket.close();
      },
    };
  } catch (error) {
    socket.close();
    throw error;
  }
}

function peek(fd: number): Buffer | undefined {
  try {
    return binding().peekFdSocket(fd, MESSAGE_BYTES + 1);
  } catch (error) {
    if (hasCode(error, 'ENOTSOCK')) throw notAChannel(fd, 'it is not a socket');
    if (hasCode(error, 'EAGAIN', 'ENOTCONN', 'EINVAL', 'ECONNRESET')) return undefined;
    throw error;
  }
}

function checkWord(fd: number, message: Buffer | undefined): void {
  const said = message && decode(message);
  if (said === undefined) throw notAChannel(fd, 'no offer is in it');
  checkVersion(said.version);
  if (said.word === TAKEN) {
    throw new UintrError('ERR_UINTR_TAKEN', `the channel at descriptor ${fd} is open already`);
  }
  if (said.word !== OFFER) throw notAChannel(fd, 'its first message is no offer');
}
