// A bridge that carries interrupts between hosts over NATS, by NATS's own client.
//
// Interrupts end at the machine. A service that outgrows it keeps its doorbells local and starts one
// bridge per host.
//
// An interrupt is one pending bit, and stays one across the network: a bridge queues at most one
// message per vector, however fast senders post and however slow the network is.

import { setTimeout } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Connection } from 'uintr';

const RETRY_MS = 100;

/** The subject of a vector: `doorbell.tick` for `tick`. */
const subjectOf = (prefix: string, name: string): string => `${prefix}.${name}`;

/**
 * Publishes an empty message per interrupt, until the receiver or the NATS connection is closed.
 *
 * @param names the names of the vectors, by number.
 */
export async function publishInterrupts(
  receiver: AsyncIterable<number>,
  names: readonly string[],
  nats: NatsConnection,
  prefix: string,
): Promise<void> {
  for await (const vector of receiver) {
    // A vector raised meanwhile stays pending, as one interrupt.
    while (!(await reachesServer(nats, subjectOf(prefix, names[vector] ?? '')))) {
      if (nats.isClosed()) return;
      await setTimeout(RETRY_MS);
    }
  }
}

/** Publishes and waits for the answer. Without a server that fails, and the client reconnects. */
async function reachesServer(nats: NatsConnection, subject: string): Promise<boolean> {
  try {
    nats.publish(subject);
    await nats.flush();
    return true;
  } catch {
    return false;
  }
}

/** Posts to the local receiver once per message. */
export function raiseOnMessage(
  nats: NatsConnection,
  prefix: string,
  connection: Connection<string>,
  vectors: readonly string[],
): void {
  for (const vector of vectors) {
    nats.subscribe(subjectOf(prefix, vector), {
      callback: (error) => {
        if (error === null) connection.send(vector);
      },
    });
  }
}
