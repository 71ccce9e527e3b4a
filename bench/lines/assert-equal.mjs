import { isDeepStrictEqual } from 'node:util';

const SHOWN = 200;

/** @throws for a wrong answer: its figure must not count */
export function assertEqual(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`wrong answer: ${what} is ${shown(actual)} and should be ${shown(expected)}`);
}

function shown(value) {
  const text = Buffer.isBuffer(value) ? `${value.length} bytes ${value}` : JSON.stringify(value);
  return text?.slice(0, SHOWN);
}
