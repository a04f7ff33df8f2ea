import assert from 'node:assert/strict';
import { lines, onHardware } from '../support/hardware.js';
import { type Abi, ABIS, workshop } from '../support/testbed.js';

interface Played {
  readonly rounds: number;
  readonly stalls: number;
}

/** A lost wake-up stops the event loop forever, and waitSync until the end of a slice. */
async function losesNone(
  abi: Abi,
  how: string,
  rounds: number,
  knobs: readonly string[] = [],
  foreign = '',
): Promise<void> {
  const played = JSON.parse(
    await onHardware(abi, ['ping', how, String(rounds), foreign], { knobs }),
  ) as Played;
  assert.equal(played.rounds, rounds);
  // A lost wake-up in the event loop has failed the test already; a stall there is the machine's.
  if (how !== 'sync') return;
  // The machine itself delays a few rounds.
  assert.ok(played.stalls < rounds / 20, `${played.stalls} stalls in ${rounds} rounds`);
}

describe('a receiver that sleeps', function () {
  workshop();

  for (const abi of ABIS) {
    describe(abi, () => {
      const many = abi === 'uintr-next' ? 8000 : 3000;
      for (const how of ['loop', 'sync', 'busy']) {
        it(`misses none of thousands of interrupts: ${how}`, () => losesNone(abi, how, many));

        it(`misses no interrupt that is in flight while it falls asleep: ${how}`, () =>
          losesNone(abi, how, 500, ['--delay-notification=300']));

        it(`misses no interrupt that arrives late: ${how}`, () =>
          losesNone(abi, how, 1000, ['--late-delivery']));

        it(`misses no interrupt where the fence takes too long: ${how}`, () =>
          losesNone(abi, how, 100, ['--delay-notification=4000']));
      }

      for (const knob of ['', '--lose-blocked-wakeups', '--refuse-waiting-flags']) {
        for (const how of ['loop', 'sync']) {
          it(`misses no interrupt with foreignSenders: ${how} ${knob}`, () =>
            losesNone(abi, how, 500, knob === '' ? [] : [knob], 'foreign'));
        }
      }

      for (const how of ['loop', 'sync']) {
        it(`can hand out all 64 vectors and leave none for the fence: ${how}`, async () => {
          assert.equal(await onHardware(abi, ['vectors', how]), '-1 256\n');
        });
      }

      it('hands out the vector of the fence while the fence is on its way', async () => {
        for (const knob of ['--delay-notification=4000', '--late-delivery']) {
          const output = await onHardware(abi, ['late-fence'], { knobs: [knob] });
          assert.deepEqual(lines(output), ['before []', 'after [0]'], knob);
        }
      });
    });
  }
});
