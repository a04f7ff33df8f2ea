/** The half of the handshake of the peer that asks: handshake.ts has the messages. */

import type { Deadline } from '../internal/deadline.js';
import { hasCode, UintrError } from '../internal/errors.js';
import type { FdMessage } from '../sockets/fd-socket-options.js';
import { type FdSocket, receiveHeld } from '../sockets/fd-socket.js';
import { decodeReply, encodeRequest, handshakeError, MAX_HANDSHAKE } from './handshake.js';

/**
 * Asks for vectors. Resolves with their vector fds in the same order, which are the socket's: it
 * closes them with itself. Rejects with the receiver's refusal.
 */
export async function requestFds(
  socket: FdSocket,
  vectors: readonly (string | number)[],
  deadline: Deadline,
): Promise<readonly number[]> {
  if (!deadline.ref) socket.unref();
  try {
    socket.send(encodeRequest(vectors));
  } catch (error) {
    // The receiver may have refused before it read anything: its reply is still to be received.
    if (!hasCode(error, 'EPIPE')) throw error;
  }
  const reply = await receiveReply(socket, vectors.length, deadline);
  if (reply === null) throw new UintrError('ECONNRESET', 'the listener left without an answer');
  decodeReply(reply.data);
  if (reply.fds.length !== vectors.length) throw handshakeError('it gave too few descriptors');
  return reply.fds;
}

async function receiveReply(
  socket: FdSocket,
  maxFds: number,
  deadline: Deadline,
): Promise<FdMessage | null> {
  const receive = (): Promise<FdMessage | null> =>
    socket[receiveHeld]({ ...deadline.rest, maxBytes: MAX_HANDSHAKE, maxFds });
  try {
    return await receive();
  } catch (error) {
    // The receiver closed its end before it had read our request; its answer comes next (unix(7)).
    if (!hasCode(error, 'ECONNRESET')) throw error;
    return receive();
  }
}
