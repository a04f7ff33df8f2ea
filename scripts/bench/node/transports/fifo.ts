// Two FIFOs, read and written synchronously by fs.

import { execFileSync } from 'node:child_process';
import { openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { End, ProcessTransport } from '../transport.js';
import { scratchFolder } from './scratch.js';

const BYTE = new Uint8Array([0]);

function endOf(readFd: number, writeFd: number): End {
  const buffer = new Uint8Array(1);
  return {
    kind: 'blocking',
    send: () => {
      writeSync(writeFd, BYTE);
    },
    wait: () => {
      if (readSync(readFd, buffer) === 0) throw new Error('the other side is gone');
    },
  };
}

export const fifo: ProcessTransport<string> = {
  between: 'processes',
  open() {
    const folder = scratchFolder();
    execFileSync('mkfifo', [path.join(folder, 'there'), path.join(folder, 'back')]);
    return {
      offer: folder,
      // Each open waits for the other side's, so both sides open in the same order.
      meet() {
        const writeFd = openSync(path.join(folder, 'there'), 'w');
        return endOf(openSync(path.join(folder, 'back'), 'r'), writeFd);
      },
    };
  },
  join(folder) {
    const readFd = openSync(path.join(folder, 'there'), 'r');
    return endOf(readFd, openSync(path.join(folder, 'back'), 'w'));
  },
};
