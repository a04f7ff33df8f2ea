import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.js';

/** Waits for some turns of the event loop, enough for everything that is due. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

/** Keeps the event loop from turning, for at least that long. */
export function blockLoop(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

/** Waits until the check passes. Throws its last error if it never does. */
export async function settles(check: () => void, limitMs = PATIENCE_MS): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(2);
  }
}
