import { isLogError } from '../log/errors';
import type { LogInfo } from '../log/log';
import { type Offset, START } from '../log/offset';
import type { LogStore } from '../store/store';
import { lastLines } from './last-lines';
import { isLineStart } from './line-lookup';
import { timeAt } from './time-at';

/** A line of which a reader gets only the rest. */
export interface BegunLine {
  /** When its first byte was committed, in Unix milliseconds, if that is known. */
  readonly at: number | undefined;
}

/**
 * The line that goes on at `offset`. It reads back to the beginning of the line, and counts nothing.
 * @returns `undefined` if a line begins there, or if bytes before it are lost
 * @throws as `LogStore.read`; the signal's reason
 */
export async function begunLineAt(
  store: LogStore,
  info: LogInfo,
  offset: Offset,
  signal: AbortSignal,
): Promise<BegunLine | undefined> {
  if (offset === START) return undefined;
  try {
    if (await isLineStart(store, info, offset)) return undefined;
    const begin = await lastLines(store, { ...info, tail: offset }, 1, signal);
    return { at: await timeAt(store, info, begin) };
  } catch (error) {
    // What follows the damage can be sent all the same.
    if (isLogError(error, 'STORE_DAMAGED')) return undefined;
    throw error;
  }
}
