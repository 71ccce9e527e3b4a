import type { RouterContext } from '@koa/router';
import { removeLog } from '../../core/remove-log';
import { authorize } from '../access';
import { notFound } from '../front/existing-log';
import type { Wire } from '../protocol';
import { streamId } from './stream-id';

/** `DELETE /stream/:id`: its consumers end, its producer is cut. */
export async function remove(ctx: RouterContext, { store }: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'delete', id);
  if (!(await removeLog(store, id))) throw notFound(id);
  ctx.status = 204;
}
