import { isLogError } from '../log/errors';
import type { LogInfo } from '../log/log';
import type { LogId } from '../log/log-id';
import type { LogStore } from './store';

/**
 * Deletes the log of an id, even if its record cannot be read.
 * @param assertMay gets the log before it is removed, and throws if the log is to stay. Only that generation is removed
 * @returns whether there was such a log
 * @throws LogError `LOG_RETIRED`
 */
export async function removeLog(
  store: LogStore,
  id: LogId,
  assertMay: (log: LogInfo | 'damaged') => void | Promise<void> = () => {},
): Promise<boolean> {
  const info = await readable(store, id);
  if (info !== undefined) await assertMay(info);
  if (info === 'damaged') return store.purge(id);
  if (info === undefined) return false;
  try {
    await store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
    return true;
  } catch (error) {
    // Another client removed or replaced it at this moment: either way that log is gone.
    if (isLogError(error, 'LOG_GONE')) return true;
    throw error;
  }
}

async function readable(store: LogStore, id: LogId): Promise<LogInfo | 'damaged' | undefined> {
  try {
    return await store.info(id);
  } catch (error) {
    if (isLogError(error, 'STORE_DAMAGED')) return 'damaged';
    throw error;
  }
}
