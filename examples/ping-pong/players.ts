import type { Receiver, Sender } from 'uintr';
import type { Laps } from './laps.js';
import { type Match, PATIENCE_MS } from './match.js';

/** One side of the table: where the ball arrives, and the interrupt that plays it back. */
export interface Player {
  readonly receiver: Receiver<{ ball: 0 }>;
  readonly sender: Sender;
}

/** The first side: sends an interrupt, waits for the answer, and again until the laps are made. */
export async function serve(player: Player, { way }: Match, laps: Laps): Promise<void> {
  const { receiver, sender } = player;
  if (way === 'sync') {
    do {
      sender.send(); // SENDUIPI
      waitForBall(receiver);
    } while (laps.lap());
    return;
  }
  sender.send();
  await ballsInLoop(receiver, () => {
    const again = laps.lap();
    if (again) sender.send();
    return again;
  });
}

/** The other side: answers each interrupt with one. */
export async function answer(player: Player, { way, rounds }: Match): Promise<void> {
  const { receiver, sender } = player;
  let left = rounds;
  if (way === 'sync') {
    while (left-- > 0) {
      waitForBall(receiver);
      sender.send();
    }
    return;
  }
  await ballsInLoop(receiver, () => {
    sender.send();
    return --left > 0;
  });
}

/** Blocks this thread. */
function waitForBall(receiver: Player['receiver']): void {
  if (receiver.waitSync(PATIENCE_MS) === -1) throw lostBall();
}

/** The event loop goes on meanwhile; `onBall` says whether one more is to come. */
async function ballsInLoop(receiver: Player['receiver'], onBall: () => boolean): Promise<void> {
  let seen = 0;
  let seenBefore = -1;
  let watchdog: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    watchdog = setInterval(() => {
      if (seen === seenBefore) reject(lostBall());
      seenBefore = seen;
    }, PATIENCE_MS);
    receiver.on('ball', () => {
      ++seen;
      if (!onBall()) resolve();
    });
  }).finally(() => {
    clearInterval(watchdog);
    receiver.removeAllListeners('ball');
  });
}

function lostBall(): Error {
  return new Error('the ball did not come back');
}
