import { types } from 'node:util';
import { LogError } from '../../../core/log/errors';

/** An LMDB value that is not JSON, or not of the form that this program writes. */
export function unreadableValue(what: string): LogError {
  return new LogError('STORE_DAMAGED', `${what} cannot be read`);
}

/** Reads a value of a database whose encoding is JSON. @throws LogError `STORE_DAMAGED` */
export function readValue<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // Not `instanceof`: the error may come from another realm.
    throw types.isNativeError(error) && error.name === 'SyntaxError' ? unreadableValue(what) : error;
  }
}

/** JSON in which a damaged value is `null`. lmdb's own JSON throws inside a range, which leaves the range's transaction open. */
export const LENIENT_JSON = {
  // Not `json`: lmdb would take its own encoder.
  encoding: 'string' as const,
  encoder: { encode: JSON.stringify, decode: parseLeniently },
};

/** @param end where the value ends in `bytes`, if that is a number: lmdb passes its options in some cases */
function parseLeniently(bytes: Buffer, end: unknown): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', 0, typeof end === 'number' ? end : bytes.length));
  } catch {
    return null;
  }
}
