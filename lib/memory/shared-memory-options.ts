/** The options of shared memory, and their checks. */

import { Buffer } from 'node:buffer';
import { checkOneOf, checkOptions, invalidType, invalidValue } from '../internal/arguments.js';

/** The options of `new SharedMemory()`. */
export interface SharedMemoryOptions {
  /**
   * What the kernel calls the memory in /proc/PID/maps and /proc/PID/fd, `/memfd:NAME`: at most 249
   * bytes of UTF-8 without a NUL. It identifies nothing. Default: `uintr-memory`.
   */
  readonly name?: string;
}

/** Tells whether stores reach the other side, or stay with who made them. */
export type SharedMemoryAccess = 'read-write' | 'read';

/** The options of `SharedMemory.open()`. */
export interface OpenSharedMemoryOptions {
  /**
   * `read`: works also with a descriptor that may only be read, and can never change what others
   * see. JavaScript has no buffers that cannot be written, so a store there makes a copy of its page
   * (4 KiB), private to this buffer: from then on this buffer does not see what others write to that
   * page. Every call of `Atomics` is a store, except for `load`, `wait`, `waitAsync` and `notify`.
   * Default: `read-write`.
   */
  readonly access?: SharedMemoryAccess;
}

/** 1 TiB, the limit of native/core/sealed_memory.h. */
export const MAX_BYTE_LENGTH = 2 ** 40;

const MAX_NAME_BYTES = 249; // memfd_create(2)

export function checkCreation(options: unknown): string {
  checkOptions('options', options);
  const { name = 'uintr-memory' } = options as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string') throw invalidType('options.name', 'of type string', name);
  if (name.includes('\0') || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalidValue('options.name', `at most ${MAX_NAME_BYTES} bytes without a NUL`, name);
  }
  return name;
}

const ACCESS: readonly SharedMemoryAccess[] = ['read-write', 'read'];

export function checkOpening(options: unknown): SharedMemoryAccess {
  checkOptions('options', options);
  const { access = 'read-write' } = options as Readonly<Record<string, unknown>>;
  return checkOneOf('options.access', access, ACCESS);
}
