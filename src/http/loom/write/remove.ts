import type { RouterContext } from '@koa/router';
import { removeLog } from '../../../core/store/remove-log';
import { logNotFound } from '../../errors/require-log';
import { authorize } from '../../front/access';
import type { WireContext } from '../../front/protocol';
import { assertPreconditions } from '../../headers/preconditions';
import { entityTag } from '../headers/entity-tag';
import { streamId } from '../headers/stream-id';

/** `DELETE /stream/:id`: its consumers end, its producer is cut. */
export async function remove(ctx: RouterContext, { store }: WireContext): Promise<void> {
  const id = streamId(ctx);
  authorize(ctx, 'delete', id);
  const wasThere = await removeLog(store, id, (info) =>
    assertPreconditions(ctx.req, { id, etag: info === 'damaged' ? undefined : entityTag(info) }),
  );
  if (!wasThere) throw logNotFound(id);
  ctx.status = 204;
}
