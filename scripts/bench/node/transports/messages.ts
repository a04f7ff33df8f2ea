// Messages between threads: MessagePort, receiveMessageOnPort and BroadcastChannel.

import { once } from 'node:events';
import {
  BroadcastChannel,
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
} from 'node:worker_threads';
import { type End, inTurn, type ThreadTransport } from '../transport.js';

function endOfPorts(heard: readonly MessagePort[], targets: readonly MessagePort[]): End {
  return {
    kind: 'event',
    ...inTurn(
      targets.map((port) => ({
        send: () => {
          port.postMessage(0);
        },
      })),
    ),
    listen: (listener) => {
      for (const port of heard) port.on('message', listener);
    },
  };
}

export const messagePort: ThreadTransport<readonly MessagePort[]> = {
  between: 'threads',
  open({ vectors = 1 }) {
    const channels = Array.from({ length: vectors }, () => new MessageChannel());
    const ours = channels.map(({ port1 }) => port1);
    const theirs = channels.map(({ port2 }) => port2);
    return { offer: theirs, transfer: theirs, meet: () => endOfPorts(ours, ours.slice(0, 1)) };
  },
  join: (ports) => endOfPorts(ports.slice(0, 1), ports),
};

function endOfPolling(port: MessagePort): End {
  return {
    kind: 'blocking',
    send: () => {
      port.postMessage(0);
    },
    wait: () => {
      while (receiveMessageOnPort(port) === undefined);
    },
  };
}

/** Polls without a pause: no message between threads can be faster. */
export const receiveMessagePolling: ThreadTransport<MessagePort> = {
  between: 'threads',
  open() {
    const { port1, port2 } = new MessageChannel();
    return { offer: port2, transfer: [port2], meet: () => endOfPolling(port1) };
  },
  join: (port) => endOfPolling(port),
};

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
      await once(worker, 'message'); // a message sent before the other side has joined is lost
      return endOfBroadcast();
    },
  }),
  join() {
    const end = endOfBroadcast();
    parentPort?.postMessage('joined');
    return end;
  },
};
