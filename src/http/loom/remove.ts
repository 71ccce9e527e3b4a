import type { RouterContext } from '@koa/router';
import { removeLog } from '../../core/remove-log';
import { authorize } from '../access';
import { notFound } from '../front/existing-log';
import { assertConditions } from '../headers/conditions';
import type { Wire } from '../protocol';
import { entityTag } from './entity-tag';
import { streamId } from './stream-id';

/** `DELETE /stream/:id`: its consumers end, its producer is cut. */
export async function remove(ctx: RouterContext, { store }: Wire): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'delete', id);
  const wasThere = await removeLog(store, id, (info) =>
    assertConditions(ctx.req, { id, etag: info === 'damaged' ? undefined : entityTag(info) }),
  );
  if (!wasThere) throw notFound(id);
  ctx.status = 204;
}
