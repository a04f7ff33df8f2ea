import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

/** The address that both services use. `@name` is abstract: nobody can type its NUL in a terminal. */
export const addressOf = (argument: string | undefined): string =>
  argument?.replace(/^@/, '\0') ?? path.join(tmpdir(), `uintr-${userInfo().username}.sock`);
