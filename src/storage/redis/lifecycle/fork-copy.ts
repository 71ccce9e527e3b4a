import { isLogError, LogError } from '../../../core/log/errors';
import type { ForkPoint, LogRef } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { Page } from '../../../core/store/store';
import { cutPieces } from '../schema/entries';
import { bytesKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';
import type { RedisForkRefs } from './fork-refs';

const PAGE_BYTES = 512 * 1024;
/** After how long an unfinished copy expires, in milliseconds. */
const STAGED_MS = 600_000;

/** Reads the source of a fork, and keeps its references. */
export interface ForkSource {
  readonly refs: RedisForkRefs;
  read(log: LogRef, from: Offset, bytesMax: number): Promise<Page>;
}

/**
 * Writes the first bytes of a fork to its future stream, in any partition. No reader sees the copy; an unfinished one expires.
 * @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; RangeError beyond the tail of the source
 */
export async function copyToFork(
  { scripts, retry }: RedisStoreContext,
  { refs, read }: ForkSource,
  fork: LogRef,
  from: ForkPoint,
): Promise<void> {
  const key = bytesKey(fork.id, fork.generation, 1);
  try {
    for (let at = START; ; ) {
      await retry(() => refs.addRef(fork, from));
      if (at === from.at) return;
      const { chunks, next } = await read(from.source, at, Math.min(from.at - at, PAGE_BYTES));
      const args = [at, STAGED_MS, ...cutPieces(chunks)];
      if ((await retry(() => scripts.run('stage-copy', [key], args))) !== 1)
        throw new LogError('STORE_UNAVAILABLE', 'Redis lost a part of the copy');
      at = next;
    }
  } catch (error) {
    // The source was removed during the copy.
    if (isLogError(error, 'LOG_GONE')) throw new LogError('LOG_NOT_FOUND');
    if (isLogError(error, 'LOG_GAP')) throw new RangeError('the fork is beyond the tail of its source');
    throw error;
  }
}

/** Removes the copy for a fork that was not created after all. */
export async function dropCopy(
  { connections }: RedisStoreContext,
  { refs }: ForkSource,
  fork: LogRef,
  from: ForkPoint,
): Promise<void> {
  try {
    await connections.commands.unlink(bytesKey(fork.id, fork.generation, 1));
    await refs.dropRef(fork, from.source);
  } catch {
    // Redis is away. Both expire.
  }
}
