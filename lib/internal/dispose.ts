/** `Symbol.dispose` and `Symbol.asyncDispose`, also where the language does not have them. */

// Node 20 and 22 put the symbols into their main context only. In another one (`node:vm`, and so
// test runners) they are those that compilers of `using` fall back to.
/* eslint-disable @typescript-eslint/no-unnecessary-condition, no-restricted-syntax -- here alone */
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);
