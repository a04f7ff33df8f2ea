// Plays one side of a ping-pong.

import type { End } from './transport.js';
import type { Stopwatch } from './stopwatch.js';

/** Plays the first side: sends, waits for the answer, and repeats. */
export async function serve(end: End, stopwatch: Stopwatch): Promise<void> {
  if (end.kind === 'blocking') {
    do {
      end.send();
      end.wait();
    } while (stopwatch.lap());
    return;
  }
  await new Promise<void>((resolve) => {
    end.listen(() => {
      if (stopwatch.lap()) end.send();
      else resolve();
    });
    end.send();
  });
}

/** Plays the other side: answers. In the event loop it answers until the process or thread ends. */
export function answer(end: End, rounds: number): void {
  if (end.kind === 'event') {
    end.listen(() => {
      end.send();
    });
    return;
  }
  for (let left = rounds; left > 0; --left) {
    end.wait();
    end.send();
  }
}
