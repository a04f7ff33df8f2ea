import type { Context } from 'mocha';

/**
 * The tests that do not run on the hardware backend, by full title, and why. All others do.
 */
const NOT_ON_HARDWARE: Readonly<Record<string, string>> = {
  'pending is of one vector fd alone':
    'the CPU has one pending bit a vector, which all its vector fds share',
  'pending shows masked interrupts, too':
    'the CPU holds masked interrupts back; they reach memory only after STUI',
};

/** Loaded by mocha before the tests (.mocharc.json). */
export const mochaHooks = {
  beforeEach(this: Context): void {
    const title = this.currentTest?.fullTitle() ?? '';
    if (process.env['UINTR_BACKEND'] === 'hardware' && title in NOT_ON_HARDWARE) this.skip();
  },
};
