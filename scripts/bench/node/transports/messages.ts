import { once } from 'node:events';
import {
  BroadcastChannel,
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
} from 'node:worker_threads';
import type { End, ThreadTransport } from '../transport.js';

function overMessageChannel(endOf: (port: MessagePort) => End): ThreadTransport<MessagePort> {
  return {
    between: 'threads',
    open() {
      const { port1, port2 } = new MessageChannel();
      return { offer: port2, transfer: [port2], meet: () => endOf(port1) };
    },
    join: (port) => endOf(port),
  };
}

export const messagePort = overMessageChannel((port) => ({
  kind: 'event',
  send: () => {
    port.postMessage(0);
  },
  listen: (heard) => {
    port.on('message', heard);
  },
}));

/** Polled without a pause: the fastest that a message between threads can be. */
export const receiveMessagePolling = overMessageChannel((port) => ({
  kind: 'blocking',
  send: () => {
    port.postMessage(0);
  },
  wait: () => {
    while (receiveMessageOnPort(port) === undefined);
  },
}));

const CHANNEL = 'uintr-bench';

function endOfBroadcast(): End {
  const channel = new BroadcastChannel(CHANNEL);
  return {
    kind: 'event',
    send: () => {
      channel.postMessage(0);
    },
    listen: (heard) => {
      channel.onmessage = heard;
    },
  };
}

export const broadcastChannel: ThreadTransport<null> = {
  between: 'threads',
  open: () => ({
    offer: null,
    async meet(worker) {
      await once(worker, 'message'); // what is sent before the other side has joined is lost
      return endOfBroadcast();
    },
  }),
  join() {
    const end = endOfBroadcast();
    parentPort?.postMessage('joined');
    return end;
  },
};
