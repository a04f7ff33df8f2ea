// uintr: a receiver and a sender on each side.

import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { FdSocket, Receiver, Sender } from 'uintr';
import {
  type End,
  inTurn,
  PATIENCE_MS,
  type ProcessTransport,
  type Settings,
  type ThreadTransport,
} from '../transport.js';

type Way = 'loop' | 'sync';

/** The descriptors in the child: see ProcessTransport.fds. */
const CHILD_FDS = { vectorFd: 3, socket: 4 } as const;

function openReceiver({ backend, busyPollMicros, burst }: Settings): Receiver {
  return new Receiver({
    ...(backend === undefined ? {} : { backend }),
    ...(busyPollMicros === undefined ? {} : { busyPollMicros }),
    ...(burst === undefined ? {} : { burst }),
  });
}

function endOf(way: Way, receiver: Receiver, sender: Pick<Sender, 'send'>): End {
  const send = (): void => {
    sender.send();
  };
  if (way === 'loop')
    return { kind: 'event', send, listen: (heard) => receiver.on('interrupt', heard) };
  return {
    kind: 'blocking',
    send,
    wait: () => {
      if (receiver.waitSync(PATIENCE_MS) === -1) throw new Error('no interrupt');
    },
  };
}

function betweenThreads(way: Way): ThreadTransport<readonly number[]> {
  return {
    between: 'threads',
    open(settings) {
      const receiver = openReceiver(settings);
      const fds = Array.from(
        { length: settings.vectors ?? 1 },
        (_, vector) => receiver.createFd(vector).fd,
      );
      return {
        offer: fds,
        async meet(worker) {
          const [otherFd] = (await once(worker, 'message')) as [number];
          return endOf(way, receiver, new Sender(otherFd));
        },
      };
    },
    join(fds, settings) {
      const receiver = openReceiver(settings);
      parentPort?.postMessage(receiver.createFd(0).fd);
      const senders = fds.map((fd) => new Sender(fd));
      return endOf(way, receiver, inTurn(senders));
    },
  };
}

function betweenProcesses(way: Way): ProcessTransport<null> {
  return {
    between: 'processes',
    open(settings) {
      const receiver = openReceiver(settings);
      const { fd } = receiver.createFd(0);
      const [socket, theirs] = FdSocket.pair();
      return {
        offer: null,
        fds: [fd, theirs.fd], // CHILD_FDS
        meet() {
          theirs.close();
          const [otherFd] = socket.receiveSync(PATIENCE_MS)?.fds ?? [];
          if (otherFd === undefined) throw new Error('the other side sent no vector fd');
          return endOf(way, receiver, new Sender(otherFd));
        },
      };
    },
    join(_offer, settings) {
      const receiver = openReceiver(settings);
      new FdSocket(CHILD_FDS.socket).send('fd', [receiver.createFd(0).fd]);
      return endOf(way, receiver, new Sender(CHILD_FDS.vectorFd));
    },
  };
}

export const loopBetweenThreads = betweenThreads('loop');
export const loopBetweenProcesses = betweenProcesses('loop');
export const syncBetweenThreads = betweenThreads('sync');
export const syncBetweenProcesses = betweenProcesses('sync');
