// Interrupts end at the machine. A service that outgrows it keeps its doorbells local, and a bridge
// on each host carries them over an engine that crosses hosts: here NATS, by its own client.
//
// An interrupt is one pending bit, and stays one across the network: a bridge never queues more than
// one message a vector, however fast it is rung and however slow the network is.

import { setTimeout } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Connection } from 'uintr';

const RETRY_MS = 100;

/** `doorbell.tick` for the vector `tick`. */
const subjectOf = (prefix: string, name: string): string => `${prefix}.${name}`;

/**
 * Publishes an empty message for each interrupt, until the receiver is closed.
 *
 * @param names of the vectors, by number.
 */
export async function publishInterrupts(
  receiver: AsyncIterable<number>,
  names: readonly string[],
  nats: NatsConnection,
  prefix: string,
): Promise<void> {
  for await (const vector of receiver) {
    // What is raised meanwhile stays pending, as one interrupt.
    while (!(await reachesServer(nats, subjectOf(prefix, names[vector] ?? '')))) {
      if (nats.isClosed()) return;
      await setTimeout(RETRY_MS);
    }
  }
}

/** Without its server the client fails what waits for it, and connects again by itself. */
async function reachesServer(nats: NatsConnection, subject: string): Promise<boolean> {
  try {
    nats.publish(subject);
    await nats.flush();
    return true;
  } catch {
    return false;
  }
}

/** Raises a vector of the local receiver for each message that comes for it. */
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
