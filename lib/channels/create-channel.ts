/** `createChannel()` and `openChannel()`. */

import { checkFd } from '../internal/arguments.js';
import { ChannelMemory } from './channel-memory.js';
import {
  checkCapacity,
  checkOpenOptions,
  type ChannelOptions,
  type OpenChannelOptions,
} from './channel-options.js';
import { Channel, create } from './channel.js';
import { takeOffer } from './link.js';

/**
 * Makes a channel: memory for messages in both directions (memfd_create(2)), and this thread's end of
 * it. Hand `channel.peerFd` over, once, to the thread or process that is to have the other end.
 * Messages can be sent at once: they wait for the peer.
 *
 * @throws {UintrError} `EMFILE`, `ENOMEM`, or another error of a system call;
 * `ERR_UINTR_UNSUPPORTED_PLATFORM`; on hardware `ENOSPC` when the receivers of this thread use all 64
 * vectors of the kernel.
 */
export function createChannel<Out, In = Out>(
  options: ChannelOptions<Out, In> = {},
): Channel<Out, In> {
  const checked = checkOpenOptions(options);
  const memory = ChannelMemory.create(checkCapacity(options.capacity));
  try {
    return Channel[create](memory, checked);
  } catch (error) {
    memory.close();
    throw error;
  }
}

/**
 * Opens the other end of a channel. A channel is opened once.
 *
 * @param fd the `peerFd` of a channel, or a duplicate of it. It stays the caller's, who can close it
 * at once.
 * @throws {UintrError} `ERR_UINTR_TAKEN` when the channel has been opened before,
 * `ERR_UINTR_NOT_A_CHANNEL`, `ERR_UINTR_VERSION`, `EBADF`, `EMFILE`, or another error of a system call;
 * `ERR_UINTR_UNSUPPORTED_PLATFORM`.
 */
export function openChannel<Out, In = Out>(
  fd: number,
  options: OpenChannelOptions<Out, In> = {},
): Channel<Out, In> {
  const descriptor = checkFd('fd', fd);
  const checked = checkOpenOptions(options);
  const offer = takeOffer(descriptor);
  let memory: ChannelMemory | undefined;
  try {
    memory = ChannelMemory.open(offer.memoryFd, descriptor);
    return Channel[create](memory, checked, offer);
  } catch (error) {
    memory?.close();
    throw error;
  } finally {
    offer.close();
  }
}
