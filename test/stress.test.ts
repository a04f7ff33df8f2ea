import assert from 'node:assert/strict';
import { stress } from '../scripts/stress/run.js';

// `npm run stress` does the same with any number of posts and senders.
const POSTS = Number(process.env['UINTR_TEST_POSTS'] ?? 10_000_000);

describe('4 senders with random pauses, and a receiver that waits in random ways', function () {
  it(`lose none of ${POSTS} posts' wake-ups`, async () => {
    const { senders } = await stress({ posts: POSTS, senders: 4, seed: Date.now() });
    for (const { posted, seen } of senders) assert.equal(seen, posted);
  });
});
