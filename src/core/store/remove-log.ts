import { catchLogErrorAsync } from '../log/errors';
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
  const info = await catchLogErrorAsync(
    'STORE_DAMAGED',
    () => store.info(id),
    () => 'damaged' as const,
  );
  if (info !== undefined) await assertMay(info);
  if (info === 'damaged') return store.purge(id);
  if (info === undefined) return false;
  const remove = () => store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
  // Another client removed or replaced it at this moment: either way that log is gone.
  await catchLogErrorAsync('LOG_GONE', remove, () => {});
  return true;
}
