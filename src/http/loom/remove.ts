import type { RouterContext } from '@koa/router';
import { isLogError } from '../../core/errors';
import type { LogId } from '../../core/log-id';
import type { LogStore } from '../../core/store';
import { authorize } from '../access';
import type { Wire } from '../protocol';
import { notFound, streamId } from './stream-id';

/** `DELETE /stream/:id`: its consumers end, its producer is cut. */
export async function remove(ctx: RouterContext, { store }: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'delete', id);
  if (!(await removeLog(store, id))) throw notFound(id);
  ctx.status = 204;
}

/** @returns whether there was such a log */
export async function removeLog(store: LogStore, id: LogId): Promise<boolean> {
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
