/** The errors of this library. */

import { types } from 'node:util';

/**
 * An error of this library, with the shape of Node's own system errors. Where a system call failed
 * or the kernel would have refused, `code` is an errno name (`EBUSY`, `EBADF`, `EMFILE` …), and
 * `errno` and `syscall` are there. Otherwise `code` is one of `ERR_UINTR_*`. A wrong argument is a
 * TypeError or a RangeError with Node's own code instead.
 */
export class UintrError extends Error {
  /** Always `'UintrError'`. */
  override readonly name = 'UintrError';
  /** An errno name, or `ERR_UINTR_*`. */
  readonly code: string;
  /** The negative errno; undefined unless a system call failed or the kernel would have refused. */
  declare readonly errno?: number;
  /** The name of the system call; undefined where `errno` is. */
  declare readonly syscall?: string;

  /** Makes an error. With `syscall` the message gets `code` and `syscall`, as Node's own have. */
  constructor(code: string, message: string, errno?: number, syscall?: string, cause?: unknown) {
    super(
      syscall === undefined ? message : `${code}: ${message}, ${syscall}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    if (errno !== undefined) this.errno = errno;
    if (syscall !== undefined) this.syscall = syscall;
  }
}

export const closedError = (what: string): UintrError =>
  new UintrError('ERR_UINTR_CLOSED', `the ${what} is closed`);

/** Whether it is a `UintrError`, of this or of another evaluation of the package. */
export const isUintrError = (error: unknown): error is UintrError =>
  types.isNativeError(error) && error.name === 'UintrError' && 'code' in error;

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  isUintrError(error) && codes.includes(error.code);
