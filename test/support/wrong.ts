/** What a caller without types may pass. */

export const outOfRange = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
export const invalidType = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
export const invalidValue = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' };

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller's type
export const wrong = <T>(value: unknown): T => value as T;

/** What is no descriptor, with the error that it gets. */
export const WRONG_FDS = [
  [-1, outOfRange],
  [1.5, outOfRange],
  [NaN, outOfRange],
  [2 ** 31, outOfRange],
  ['3', invalidType],
  [null, invalidType],
  [undefined, invalidType],
  [{ fd: 3 }, invalidType],
  [3n, invalidType],
] as const;
