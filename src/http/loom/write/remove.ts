import { removeLog } from '../../../core/store/remove-log';
import { authorize } from '../../access/authorize';
import { logNotFound } from '../../errors/require-log';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { assertPreconditions } from '../../headers/preconditions';
import { entityTag, representationOf } from '../headers/entity-tag';
import { parseStreamId } from '../headers/stream-id';

/** `DELETE /stream/:id`: its consumers end, its producer is cut. */
export async function deleteStream(ctx: WholeContext, { store }: WireContext): Promise<void> {
  const id = parseStreamId(ctx.captures?.[0]);
  const { request } = ctx.state;
  authorize(request, 'delete', id);
  const wasThere = await removeLog(store, id, (info) =>
    assertPreconditions(ctx.req, representationOf({ id }, info === 'damaged' ? undefined : entityTag(info))),
  );
  if (!wasThere) throw logNotFound(id);
  request.audit('stream deleted', { id });
  ctx.status = 204;
}
