import { test, vi } from 'vitest';
import * as uintr from 'uintr';
import suite from './common/suite.cjs';

suite(uintr, {
  test: (title, work) => test(title, { timeout: 60_000 }, work),
  fake: () =>
    vi.useFakeTimers({
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setImmediate', 'setInterval'],
    }),
  unfake: () => vi.useRealTimers(),
});
