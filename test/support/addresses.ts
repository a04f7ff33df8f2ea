import { after, afterEach, before, beforeEach } from 'mocha';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder for each test, or for all of them, gone afterwards: call it inside `describe`. */
export function folder(of: 'each' | 'all' = 'each'): (name: string) => string {
  let directory = '';
  (of === 'each' ? beforeEach : before)(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'uintr-'));
  });
  (of === 'each' ? afterEach : after)(() => {
    if (directory !== '') rmSync(directory, { recursive: true, force: true });
  });
  return (name) => path.join(directory, name);
}
