/**
 * An error of this library, with the shape of Node's own system errors: `code` is an errno name
 * (`EBUSY`, `EBADF`, `EMFILE` …) where a system call failed or the kernel would have refused, with
 * the negative `errno` and the `syscall`; otherwise it is one of `ERR_UINTR_*`.
 */
export class UintrError extends Error {
  override readonly name = 'UintrError';
  readonly code: string;
  declare readonly errno?: number;
  declare readonly syscall?: string;

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

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof UintrError && codes.includes(error.code);
