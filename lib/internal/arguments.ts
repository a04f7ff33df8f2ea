/** Argument checks that fail as Node's own do: a TypeError or a RangeError with Node's code. */

import { inspect } from 'node:util';

type ErrorClass = new (message: string) => Error;

const argumentError = (Class: ErrorClass, code: string, message: string): Error =>
  Object.assign(new Class(message), { code });

export const invalidType = (name: string, expected: string, actual: unknown): Error =>
  argumentError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" argument must be ${expected}. Received ${inspect(actual)}`,
  );

export const invalidValue = (name: string, expected: string, actual: unknown): Error =>
  argumentError(
    TypeError,
    'ERR_INVALID_ARG_VALUE',
    `The argument '${name}' must be ${expected}. Received ${inspect(actual)}`,
  );

export const outOfRange = (name: string, expected: string, actual: unknown): Error =>
  argumentError(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${expected}. Received ${inspect(actual)}`,
  );

export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw outOfRange(name, `an integer >= ${min} and <= ${max}`, value);
  }
  return value;
}

export const MAX_VECTOR = 63;

export const checkVector = (name: string, value: unknown): number =>
  checkInteger(name, value, 0, MAX_VECTOR);

/** The longest timeout that Node's own timers take, some 24.8 days. */
const MAX_TIMEOUT = 2 ** 31 - 1;

export function checkMilliseconds(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!(value >= 0 && value <= MAX_TIMEOUT)) {
    throw outOfRange(name, `>= 0 and <= ${MAX_TIMEOUT}`, value);
  }
  return value;
}

/** A timeout in milliseconds; undefined means none. */
export const checkTimeout = (name: string, value: unknown): number | undefined =>
  value === undefined ? undefined : checkMilliseconds(name, value);

export function checkOptions(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'an object', value);
}

/** Array.isArray() makes an `any[]` of it; for what a caller without types may have passed. */
export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const MAX_FD = 2 ** 31 - 1;

export const checkFd = (name: string, value: unknown): number =>
  checkInteger(name, value, 0, MAX_FD);

export function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw invalidType(name, 'an instance of AbortSignal', value);
}

export function checkOneOf<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  const choice = choices.find((c) => c === value);
  if (choice === undefined) throw invalidValue(name, `one of ${choices.join(', ')}`, value);
  return choice;
}

/** The address of a Unix socket: a path, or as in Node's `net` an abstract name after a NUL. */
export function checkAddress(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
  if (value.length < (value.startsWith('\0') ? 2 : 1)) {
    throw invalidValue(name, 'a path or an abstract name', value);
  }
  if (!value.startsWith('\0') && value.includes('\0')) {
    throw invalidValue(name, 'without null bytes, but for a leading one', value);
  }
  return value;
}
