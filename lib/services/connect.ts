/** `connect()`: the way to a receiver that listens. */

import { Connection, open } from './connection.js';
import type { ConnectOptions } from './connect-options.js';

/**
 * Finds a receiver by the address on which it listens (`listen()`). Resolves once the receiver has
 * given the vectors asked for.
 *
 * Rejects with the receiver's reason when it refuses (`ERR_UINTR_REFUSED`,
 * `ERR_UINTR_UNKNOWN_VECTOR`, `ERR_UINTR_VERSION` …), with `ERR_UINTR_UNTRUSTED_SERVICE` when the
 * process that listens may not be the service that is meant (`authorize`), with `EACCES`, `EPROTOTYPE`, `ENAMETOOLONG`
 * or another error of connect(2) that does not pass, and with the signal's reason. Without
 * `reconnect` it rejects with the error of the one attempt, such as `ENOENT`,
 * `ECONNREFUSED` or `ERR_UINTR_TIMEOUT`.
 *
 * @param address a path, or as in Node's `net` an abstract name after a NUL: `'\0name'`.
 */
export async function connect<const Vector extends string | number>(
  address: string,
  options: ConnectOptions<Vector>,
): Promise<Connection<Vector>> {
  return await Connection[open](address, options);
}
