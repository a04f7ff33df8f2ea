/** Processes of other users, which only root can start. */

import { chmodSync } from 'node:fs';

/** Uids and a gid that need no account. */
export const FIRST_UID = 61_001;
export const SECOND_UID = 61_002;
export const GROUP = 61_100;

/** Skips a suite where this process is not root, and lets other users into its folder. */
export function otherUsers(file: (name: string) => string): void {
  before(function () {
    if (process.getuid?.() === 0) return;
    console.log('      not root here: no processes of other users');
    this.skip();
  });
  beforeEach(() => {
    chmodSync(file('.'), 0o755);
  });
}
