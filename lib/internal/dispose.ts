/** `Symbol.dispose`, also where the language does not have it. */

/**
 * Node 20 and 22 put the symbol into their main context only. In another one (`node:vm`, and so
 * test runners) it is the one that compilers of `using` fall back to.
 */
export const dispose: typeof Symbol.dispose =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition, no-restricted-syntax -- here alone
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
