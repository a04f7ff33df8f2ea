import assert from 'node:assert/strict';
import { explore, type Mistake, type Wake } from './model.js';

describe('the post/park protocol, in every interleaving', () => {
  for (const wake of ['eventfd', 'futex'] as const) {
    it(`loses no wake-up by ${wake}, with a sender killed at any step`, () => {
      const { states, lost } = explore(wake);
      assert.equal(lost, undefined, JSON.stringify(lost));
      assert.ok(states > 1000, `${states} states only`);
    });
  }

  // The futex's word is PIR, so the kernel's comparison makes up for some mistakes.
  const found: Record<Wake, readonly Mistake[]> = {
    eventfd: [
      'look before the park',
      'relaxed park',
      'load before the raise',
      'notified before the wake',
      'notified without the number of the park',
      'take by load and store',
    ],
    futex: [
      'notified although nobody was woken',
      'relaxed park',
      'load before the raise',
      'notified before the wake',
      'notified without the number of the park',
      'take by load and store',
    ],
  };
  for (const wake of ['eventfd', 'futex'] as const) {
    for (const mistake of found[wake]) {
      it(`would lose a wake-up by ${wake} with a mistake: ${mistake}`, () => {
        assert.notEqual(explore(wake, mistake).lost, undefined);
      });
    }
  }
});
