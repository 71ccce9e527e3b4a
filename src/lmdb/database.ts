import { type Key, open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
import { PRIVATE_FILE } from './private-mode';

export function openDatabase<V, K extends Key>(
  path: string,
  options: RootDatabaseOptions,
): RootDatabase<V, K> {
  // With batching by event turn, lmdb leaves a promise that nothing awaits: a commit that fails on a full disk would end the process.
  const own = { eventTurnBatching: false, permissionsMode: PRIVATE_FILE };
  return open(path, { ...options, ...own });
}

/** Commits the puts and removals of `writes` in one transaction. Throws the reason why LMDB could not. */
export async function commitBatch<K extends Key>(
  root: RootDatabase<unknown, K>,
  writes: () => void,
): Promise<void> {
  try {
    await root.batch(writes);
  } catch (error) {
    throw await causeOf(error);
  }
}

/** lmdb rejects with a general error and keeps the reason in a promise, which would be an unhandled rejection if nothing awaited it. */
async function causeOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    return cause;
  }
  return error;
}

/** How far into its file LMDB has written. What follows is free. */
export function bytesUsed<K extends Key>(root: RootDatabase<unknown, K>): number {
  const stats: { lastPageNumber?: number; pageSize?: number } = root.getStats();
  const { lastPageNumber = 0, pageSize = 4096 } = stats;
  return (lastPageNumber + 1) * pageSize;
}

/** @param absent a key that is not stored */
export async function closeDatabase<K extends Key>(root: RootDatabase<unknown, K>, absent: K): Promise<void> {
  // After a commit that failed, lmdb would wait forever for its flush. A commit that writes nothing succeeds and ends the wait.
  await commitBatch(root, () => void root.remove(absent));
  await root.close();
}
