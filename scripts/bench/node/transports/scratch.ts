import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Creates a folder that is removed when this process exits. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'uintr-bench-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
