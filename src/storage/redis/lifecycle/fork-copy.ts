import { isLogError, LogError } from '../../../core/log/errors';
import type { ForkPoint, LogRef } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { Page } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import { cutPieces } from '../schema/entries';
import { bytesKey } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { RedisForkRefs } from './fork-refs';

const PAGE_BYTES = 512 * 1024;
/** A copy that nobody goes on with is gone after this long. Milliseconds. */
const STAGED_MS = 600_000;

export interface ForkCopyDependencies {
  readonly connections: Connections;
  readonly forks: RedisForkRefs;
  read(log: LogRef, from: Offset, bytesMax: number): Promise<Page>;
  /** Repeats what fails for a reason that may pass. */
  quickly<T>(attempt: () => Promise<T>): Promise<T>;
}

/**
 * Writes what a fork begins with to the stream that will be the fork's own, in whichever partition that is. There is no log yet, so nobody
 * sees it; a copy that is never finished expires.
 *
 * @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`; RangeError beyond the tail of the source
 */
export async function copyToFork(owner: ForkCopyDependencies, fork: LogRef, from: ForkPoint): Promise<void> {
  const { connections, forks, quickly } = owner;
  const key = bytesKey(fork.id, fork.generation, 1);
  try {
    for (let at = START; ; ) {
      await quickly(() => forks.addRef(fork, from));
      if (at === from.at) return;
      const { chunks, next } = await owner.read(from.source, at, Math.min(from.at - at, PAGE_BYTES));
      const pieces = cutPieces(chunks);
      const args = [at, STAGED_MS, ...pieces];
      if ((await quickly(() => runLogScript(connections.commands, 'stage-copy', [key], args))) !== 1)
        throw new LogError('STORE_UNAVAILABLE', 'Redis lost a part of the copy');
      at = next;
    }
  } catch (error) {
    // Removed while it was being copied.
    if (isLogError(error, 'LOG_GONE')) throw new LogError('LOG_NOT_FOUND');
    if (isLogError(error, 'LOG_GAP')) throw new RangeError('the fork is beyond the tail of its source');
    throw error;
  }
}

/** Clears away what was copied for a fork that was not made after all. */
export async function dropCopy(
  { connections, forks }: ForkCopyDependencies,
  fork: LogRef,
  from: ForkPoint,
): Promise<void> {
  try {
    await connections.commands.unlink(bytesKey(fork.id, fork.generation, 1));
    await forks.dropRef(fork, from.source);
  } catch {
    // Redis is away. Both go by themselves after a while.
  }
}
