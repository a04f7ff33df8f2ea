import assert from 'node:assert/strict';
import {
  hasCallgrind,
  type Instructions,
  instructionsOf,
} from '../../scripts/instructions/callgrind.js';

// Bounds for the parts of uintr, a third above the counts when this was written: compilers and versions
// of V8 differ. Node's own part has no bound.
const atMost = (each: Instructions, limits: Pick<Instructions, 'addon' | 'javascript'>): void => {
  const within = each.addon <= limits.addon && each.javascript <= limits.javascript;
  assert.ok(within, `${JSON.stringify(each)} instead of at most ${JSON.stringify(limits)}`);
  // Proves that the step was counted at all.
  assert.ok(each.javascript > 0 && each.node > 0, JSON.stringify(each));
};

describe('the instructions of', function () {
  before(function () {
    if (!hasCallgrind()) this.skip();
  });

  it('a send() to an awake receiver are JavaScript’s alone', async () => {
    atMost(await instructionsOf('send() to an awake receiver'), { addon: 0.01, javascript: 70 });
  });

  it('a delivery are mostly Node’s', async () => {
    const each = await instructionsOf('a delivery, to a listener that posts the next');
    atMost(each, { addon: 440, javascript: 210 });
  });

  it('a delivery in a burst are few', async () => {
    const each = await instructionsOf('the same, in bursts of 64');
    atMost(each, { addon: 320, javascript: 180 });
    assert.ok(each.node < 600, `no callback of Node’s for each: ${JSON.stringify(each)}`);
  });
});
