/** The errors of channels. */

import { UintrError } from '../internal/errors.js';
import { VERSION } from './layout.js';

export const corruptError = (what: string, cause?: unknown): UintrError =>
  new UintrError(
    'ERR_UINTR_CORRUPT',
    `the peer has written what is no message: ${what}`,
    undefined,
    undefined,
    cause,
  );

export function checkVersion(version: number): void {
  if (version === VERSION) return;
  throw new UintrError(
    'ERR_UINTR_VERSION',
    `the channel speaks version ${version} of the protocol, this library version ${VERSION}`,
  );
}

export const tooLargeError = (bytes: number, limit: number): UintrError =>
  new UintrError(
    'ERR_UINTR_TOO_LARGE',
    `a message of ${bytes} bytes, more than maxMessageBytes, which is ${limit}`,
  );

export const tooLargeAtOnceError = (bytes: number, limit: number): UintrError =>
  new UintrError(
    'ERR_UINTR_TOO_LARGE',
    `a message of ${bytes} bytes, more than ${limit}, which always fit as a whole: use send()`,
  );

export const fullError = (limit: number): UintrError =>
  new UintrError(
    'ERR_UINTR_FULL',
    `the peer does not read, and maxQueuedBytes, which is ${limit}, are queued`,
  );
