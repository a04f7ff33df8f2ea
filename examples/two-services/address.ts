import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

/** Where the two meet, unless told otherwise. A terminal cannot type the NUL of an abstract name. */
export const addressOf = (argument: string | undefined): string =>
  argument?.replace(/^@/, '\0') ?? path.join(tmpdir(), `uintr-${userInfo().username}.sock`);
