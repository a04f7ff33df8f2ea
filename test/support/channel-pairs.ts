/** Channels with both ends on one thread. */

import { type Channel, type ChannelOptions, createChannel, openChannel } from 'uintr';
import { closing } from './closing.js';

export interface ChannelPairs {
  readonly use: ReturnType<typeof closing>;
  readonly pair: <T = unknown>(options?: ChannelOptions<T>) => [Channel<T>, Channel<T>];
}

/** Makes channels that close with the test. Call it inside `describe`. */
export function channelPairs(): ChannelPairs {
  const use = closing();
  return {
    use,
    pair: <T>(options: ChannelOptions<T> = {}) => {
      const first = use(createChannel<T>(options));
      return [first, use(openChannel<T>(first.peerFd, options))];
    },
  };
}

/** Collects what comes. */
export function heard<T>(channel: Channel<unknown, T>): T[] {
  const messages: T[] = [];
  channel.on('message', (message) => messages.push(message));
  return messages;
}
