/** Checks of arguments that fail as Node's own do: a TypeError or a RangeError with Node's code. */

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

function checkNumber(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  return value;
}

export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  const number = checkNumber(name, value);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw outOfRange(name, `an integer >= ${min} and <= ${max}`, value);
  }
  return number;
}

/** The longest timeout that Node's own timers take, about 24.8 days. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

export function checkMilliseconds(name: string, value: unknown): number {
  const number = checkNumber(name, value);
  if (!(number >= 0 && number <= MAX_TIMEOUT)) {
    throw outOfRange(name, `>= 0 and <= ${MAX_TIMEOUT}`, value);
  }
  return number;
}

/** A timeout in milliseconds; undefined means none. */
export const checkTimeout = (name: string, value: unknown): number | undefined =>
  value === undefined ? undefined : checkMilliseconds(name, value);

/** How often something may happen; Infinity means no limit. */
export function checkRate(name: string, value: unknown): number {
  const number = checkNumber(name, value);
  if (!(number > 0)) throw outOfRange(name, '> 0', value);
  return number;
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value);
  return value;
}

/** Checks an optional function. */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw invalidType(name, 'of type function', value);
  }
}

export function checkOptions(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'an object', value);
}

/** Array.isArray() makes an `any[]` of its argument. Callers without types may pass anything. */
export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const MAX_FD = 2 ** 31 - 1;

export const checkFd = (name: string, value: unknown): number =>
  checkInteger(name, value, 0, MAX_FD);

export function checkOneOf<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  const choice = choices.find((c) => c === value);
  if (choice === undefined) throw invalidValue(name, `one of ${choices.join(', ')}`, value);
  return choice;
}

/**
 * Checks the address of a Unix socket: a path, or as in Node's `net` an abstract name after a NUL.
 */
export function checkAddress(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
  if (value.length < (value.startsWith('\0') ? 2 : 1)) {
    throw invalidValue(name, 'a path or an abstract name', value);
  }
  if (!value.startsWith('\0') && value.includes('\0')) {
    throw invalidValue(name, 'without null bytes, except for a leading one', value);
  }
  return value;
}
