import { after, afterEach, before, beforeEach } from 'mocha';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Makes a folder for each test, or for all of a `describe`, and removes it afterwards. Call it inside
 * `describe`. Returns a function that makes paths in the folder.
 */
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
