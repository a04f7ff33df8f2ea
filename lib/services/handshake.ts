/**
 * The messages of a rendezvous: one request, one reply, each one message of a `SOCK_SEQPACKET`
 * socket in JSON.
 *
 *     {"uintr":1,"vectors":["tick",63]}
 *     {"uintr":1}                             with a vector fd for each (SCM_RIGHTS), in that order
 *     {"uintr":1,"code":"ERR_UINTR_REFUSED","message":"…"}
 *
 * Both sides treat what they read as hostile: its size is bounded before it is parsed, and only
 * what this file checks is used.
 */

import { MAX_VECTOR } from '../core/vectors.js';
import { UintrError } from '../internal/errors.js';

const VERSION = 1;
/** The longest message, in bytes. */
export const MAX_HANDSHAKE = 4096;
/** How many vectors one request may name. */
export const MAX_REQUESTED = MAX_VECTOR + 1;
/** The longest text of a refusal, in UTF-16 code units. */
const MAX_TEXT = 512;

/** Makes another process's text fit for an error message, which may be shown on a terminal. */
export const printable = (text: string): string => text.slice(0, MAX_TEXT).replace(/\p{C}/gu, '?');

export const handshakeError = (why: string): UintrError =>
  new UintrError('ERR_UINTR_HANDSHAKE', `the peer does not speak this handshake: ${why}`);

export const encodeRequest = (vectors: readonly (string | number)[]): string =>
  JSON.stringify({ uintr: VERSION, vectors });

export const encodeGrant = (): string => JSON.stringify({ uintr: VERSION });

export const encodeRefusal = ({ code, message }: UintrError): string =>
  JSON.stringify({ uintr: VERSION, code, message: message.slice(0, MAX_TEXT) });

/** Returns what a peer asks for: 1 to `MAX_REQUESTED` names and numbers. */
export function decodeRequest(data: Buffer): readonly (string | number)[] {
  const { vectors } = decode(data);
  if (!Array.isArray(vectors) || vectors.length === 0) throw handshakeError('it asks for nothing');
  if (vectors.length > MAX_REQUESTED) throw handshakeError('it asks for too many vectors');
  return vectors.map((vector: unknown) => {
    if (typeof vector !== 'string' && typeof vector !== 'number') {
      throw handshakeError('it asks for what is no vector');
    }
    return vector;
  });
}

/** @throws {UintrError} the refusal, if the reply is one. */
export function decodeReply(data: Buffer): void {
  const { code, message } = decode(data);
  if (code === undefined) return;
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{0,63}$/.test(code)) {
    throw handshakeError('its refusal has no code');
  }
  throw new UintrError(code, typeof message === 'string' ? printable(message) : 'refused');
}

function decode(data: Buffer): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(data.toString('utf8'));
  } catch {
    throw handshakeError('it is not JSON');
  }
  if (typeof message !== 'object' || message === null || !('uintr' in message)) {
    throw handshakeError('it names no version');
  }
  if (message.uintr !== VERSION) {
    const theirs = typeof message.uintr === 'number' ? message.uintr : 'unknown';
    throw new UintrError(
      'ERR_UINTR_VERSION',
      `the peer speaks version ${theirs} of the handshake, this library version ${VERSION}`,
    );
  }
  return { ...message };
}
