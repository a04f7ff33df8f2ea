import { readFileSync } from 'node:fs';
import { type BackendChoice, Receiver, Sender } from 'uintr';

// Linux does not tell a thread how many system calls it has made; the project's testbed
// (test/testbed), which sees every one of them, does.
const COUNTERS = '/proc/thread-self/uintr-testbed';
const SENDS = 1000;
const ROUNDS = 5;

function systemCalls(): number | undefined {
  try {
    const counters = JSON.parse(readFileSync(COUNTERS, 'utf8')) as { systemCalls: number };
    return counters.systemCalls;
  } catch {
    return undefined;
  }
}

/** How many system calls a `send()` to a receiver that is awake makes; undefined if nobody counts. */
export function systemCallsOfSend(backend: BackendChoice): number | undefined {
  if (systemCalls() === undefined) return undefined;
  using receiver = new Receiver({ backend });
  using sender = new Sender(receiver.createFd(0));
  const count = (sends: number): number => {
    const before = systemCalls() ?? NaN;
    for (let i = 0; i < sends; i++) sender.send();
    return (systemCalls() ?? NaN) - before;
  };
  // V8 compiles, and allocates, on the way (Node.js 24 in later rounds as well): what send() does is
  // in every round.
  const least = (sends: number): number =>
    Math.min(...Array.from({ length: ROUNDS }, () => count(sends)));
  return (least(SENDS) - least(0)) / SENDS; // less what reading the counter costs
}
