import { isLogError, LogError } from '../../../core/log/errors';
import type { ForkPoint, LogRef } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { TimedPage } from '../../../core/store/store';
import type { ScriptArg } from '../../../redis/scripts';
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
  readTimed(log: LogRef, from: Offset, bytesMax: number): Promise<TimedPage>;
}

/**
 * Writes the first bytes of a fork to its future stream, in any partition. No reader sees the copy; an unfinished one expires.
 * @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; RangeError beyond the tail of the source
 */
export async function copyToFork(
  { scripts, retry }: RedisStoreContext,
  { refs, readTimed }: ForkSource,
  fork: LogRef,
  from: ForkPoint,
): Promise<void> {
  const key = bytesKey(fork.id, fork.generation, 1);
  try {
    for (let at = START; ; ) {
      await retry(() => refs.addRef(fork, from));
      if (at === from.at) return;
      const page = await readTimed(from.source, at, Math.min(from.at - at, PAGE_BYTES));
      const args = [at, STAGED_MS, ...stampedPieces(at, page)];
      if ((await retry(() => scripts.run('stage-copy', [key], args))) !== 1)
        throw new LogError('STORE_UNAVAILABLE', 'Redis lost a part of the copy');
      at = page.next;
    }
  } catch (error) {
    // The source was removed during the copy.
    if (isLogError(error, 'LOG_GONE')) throw new LogError('LOG_NOT_FOUND');
    if (isLogError(error, 'LOG_GAP')) throw new RangeError('the fork is beyond the tail of its source');
    throw error;
  }
}

/** The pieces of a page, and before each the stamp of its bytes. Entries of one millisecond may become one. */
function stampedPieces(from: Offset, { chunks, times }: TimedPage): ScriptArg[] {
  const bytes = Buffer.concat(chunks);
  const stamped: ScriptArg[] = [];
  let begin = from;
  for (const [i, { end, at }] of times.entries()) {
    if (times[i + 1]?.at === at) continue;
    for (const piece of cutPieces([bytes.subarray(begin - from, end - from)])) stamped.push(at, piece);
    begin = end;
  }
  return stamped;
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
