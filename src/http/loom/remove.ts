import type { RouterContext } from '@koa/router';
import { isLogError } from '../../core/errors';
import type { LogId } from '../../core/log-id';
import type { LogStore } from '../../core/store';
import { authorize } from '../access';
import { decodeSegment } from '../path-segment';
import type { Wire } from '../protocol';
import { notFound, streamId } from './stream-id';

const PAGE = 1000;

/** `DELETE /stream/:id`: its consumers end, its producer is cut. */
export async function remove(ctx: RouterContext, { store }: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'delete', id);
  if (!(await removeLog(store, id))) throw notFound(id);
  ctx.status = 204;
}

/** `DELETE /stream/build/:buildId`: the streams whose id starts with `build-<buildId>-`. The build id is never a pattern. */
export async function removeBuild(ctx: RouterContext, { store }: Wire): Promise<void> {
  const buildId = decodeSegment(ctx.captures?.[0] ?? '');
  const prefix = `build-${buildId}-`;
  authorize(ctx, 'delete', prefix);
  const deleted: LogId[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: PAGE, prefix, ...(cursor !== undefined && { cursor }) });
    for (const { id } of page.logs) if (await removeListed(store, id)) deleted.push(id);
    cursor = page.next;
  } while (cursor !== undefined);
  ctx.body = { status: 'deleted', buildId, deleted };
}

/** @returns whether it was still there */
async function removeListed(store: LogStore, id: LogId): Promise<boolean> {
  try {
    return await removeLog(store, id);
  } catch (error) {
    // Removed by somebody else since it was listed; only its name is still taken.
    if (isLogError(error, 'LOG_RETIRED')) return false;
    throw error;
  }
}

/** @returns whether there was such a log */
async function removeLog(store: LogStore, id: LogId): Promise<boolean> {
  const info = await store.info(id);
  if (info === undefined) return false;
  try {
    await store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
    return true;
  } catch (error) {
    // Somebody else removed or replaced it at this moment: what was asked for holds either way.
    if (isLogError(error, 'LOG_GONE')) return true;
    throw error;
  }
}
