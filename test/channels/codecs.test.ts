import assert from 'node:assert/strict';
import { channelPairs } from '../support/channel-pairs.js';

/** The messages of a test of codecs. */
const OBJECT = {
  id: 1,
  name: 'EURUSD',
  bid: 1.0842,
  nested: { list: [1, 'two', null], live: true },
};

describe('the codec of a channel', () => {
  const { pair } = channelPairs();

  for (const codec of ['clone', 'json'] as const) {
    it(`carries objects by ${codec}`, () => {
      const [first, second] = pair({ codec });
      first.send(OBJECT);
      assert.deepEqual(second.poll(), OBJECT);
    });
  }

  it('carries by structured clone what JSON lacks', () => {
    const [first, second] = pair();
    const cycle: Record<string, unknown> = {
      date: new Date(0),
      map: new Map([[1, new Set([2n])]]),
    };
    cycle['self'] = cycle;
    cycle['bytes'] = Uint16Array.of(1, 2, 65_535);
    cycle['missing'] = undefined;
    first.send(cycle);
    const copy = second.poll() as typeof cycle;
    assert.equal(copy['self'], copy);
    assert.deepEqual(copy, cycle);
  });

  it('carries what a codec of the user makes', () => {
    const codec = {
      encode: (n: number) => Uint8Array.of(n, n + 1),
      decode: (bytes: Uint8Array) => (bytes[0] ?? 0) + (bytes[1] ?? 0),
    };
    const [first, second] = pair<number>({ codec });
    first.send(20);
    assert.equal(second.poll(), 41);
  });

  it('sends nothing of a message that the codec refuses, and goes on', () => {
    const [first, second] = pair();
    assert.throws(() => first.send(() => undefined), /could not be cloned/);
    first.send('next');
    assert.equal(second.poll(), 'next');
    const [bytes] = pair({ codec: 'bytes' });
    assert.throws(() => bytes.send(5), { code: 'ERR_INVALID_ARG_TYPE' });
    const [json] = pair({ codec: 'json' });
    assert.throws(() => json.send(undefined), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => json.send(1n), TypeError);
  });
});
