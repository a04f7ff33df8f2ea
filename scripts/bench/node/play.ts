import type { End } from './transport.js';
import type { Stopwatch } from './stopwatch.js';

/** The first side: sends, waits for the answer, and again. */
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

/** The other side: answers. In the event loop it does so until it is stopped. */
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
