// The command of the stress test: npm run stress -- --help

import { parseArgs } from 'node:util';
import { stress } from './stress/run.js';

const { values } = parseArgs({
  options: {
    posts: { type: 'string', default: '10000000' },
    senders: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now()) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

async function main(): Promise<void> {
  if (values.help) {
    console.log(`Usage: npm run stress -- [--posts 10000000] [--senders 4] [--seed N]

Worker threads post with random pauses to one receiver that waits in random ways. Fails when the
receiver does not see the last post of a sender, or sees nothing for 20 seconds.`);
    return;
  }
  const [posts, senders, seed] = [values.posts, values.senders, values.seed].map(Number);
  if (![posts, senders, seed].every(Number.isSafeInteger) || !posts || !senders) {
    throw new Error('--posts, --senders and --seed take whole numbers');
  }
  console.log(`${posts} posts from ${senders} senders, seed ${seed}`);

  let progress = 0;
  let moved = Date.now();
  // waitSync() keeps timers from firing, so each of its waits is shorter than the watchdog's limit.
  const watchdog = setInterval(() => {
    if (Date.now() - moved < 60_000) return;
    console.error(`stuck after ${progress} posts`);
    process.exit(1);
  }, 1000);
  const start = performance.now();
  const result = await stress({
    posts,
    senders,
    seed: seed ?? 1,
    onProgress(seen) {
      if (seen > progress) moved = Date.now();
      progress = seen;
      if (process.stdout.isTTY) process.stdout.write(`\r${((100 * seen) / posts).toFixed(1)} %`);
    },
  });
  clearInterval(watchdog);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`\nThe receiver saw every sender's last post, after ${seconds} s. Interrupts taken:`);
  console.table(result.taken);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
