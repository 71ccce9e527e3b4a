import { batchesOf } from '../../../core/bytes/batches-of';
import { isLogError, messageOf } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { allLogs } from '../../../core/store/all-logs';
import { removeLog } from '../../../core/store/remove-log';
import type { LogStore } from '../../../core/store/store';
import { authorizePrefix } from '../../access/authorize';
import { decodeSegment } from '../../front/path-segment';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { jsonBody, setJson, UTF8_JSON } from '../../json/json-body';
import { signalUntilClosed } from '../../live/consumers';

const PAGE = 500;
/** How many streams are deleted at once: enough for a store to group its writes, and too few to delay producers. */
const BATCH = 32;

/** `DELETE /stream/build/:buildId`: deletes the streams `build-<buildId>-…` until the client leaves. The id is never a pattern. */
export async function removeBuild(ctx: WholeContext, { store, logger }: WireContext): Promise<void> {
  const buildId = decodeSegment(ctx.captures?.[0] ?? '', 'build ID');
  const prefix = `build-${buildId}-`;
  const { request } = ctx.state;
  authorizePrefix(request, 'delete', prefix);
  const deleted: LogId[] = [];
  try {
    for await (const ids of removeAll(store, prefix, signalUntilClosed(ctx.res))) {
      for (const id of ids) request.audit('stream deleted', { id });
      deleted.push(...ids);
    }
  } catch (error) {
    logger.warn({ buildId, deleted: deleted.length, reason: messageOf(error) }, 'deleting a build broke off');
    throw error;
  }
  setJson(ctx, jsonBody({ status: 'deleted', buildId, deleted }), UTF8_JSON);
}

/** Yields the ids of deleted streams, batch by batch. @throws the signal's reason once it has aborted */
async function* removeAll(
  store: LogStore,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<readonly LogId[]> {
  for await (const logs of allLogs(store, { limit: PAGE, prefix }, signal)) {
    for (const batch of batchesOf(logs, BATCH)) {
      signal.throwIfAborted();
      yield await removeBatch(store, batch);
    }
  }
}

async function removeBatch(store: LogStore, logs: readonly LogInfo[]): Promise<readonly LogId[]> {
  const wasThere = await Promise.all(logs.map((log) => removeListed(store, log)));
  return logs.filter((_, i) => wasThere[i]).map(({ id }) => id);
}

/** @returns whether it was still there */
async function removeListed(store: LogStore, log: LogInfo): Promise<boolean> {
  try {
    await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
    return true;
  } catch (error) {
    if (!isLogError(error, 'LOG_GONE')) throw error;
    return removeReplacement(store, log.id);
  }
}

/** The listed log was replaced, or removed by another request; then its id may still be taken. */
async function removeReplacement(store: LogStore, id: LogId): Promise<boolean> {
  try {
    return await removeLog(store, id);
  } catch (error) {
    if (isLogError(error, 'LOG_RETIRED')) return false;
    throw error;
  }
}
