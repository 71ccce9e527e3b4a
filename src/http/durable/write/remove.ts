import { removeLog } from '../../../core/store/remove-log';
import { notFound } from '../../errors/require-log';
import { assertAllowed } from '../../front/access';
import { assertConditions } from '../../headers/preconditions';
import type { Durable, StreamRequest } from '../context/durable-context';
import { assertFits } from '../read/stream-preconditions';

/** `DELETE` (PROTOCOL.md, 5.4). While forks of it live the stream's name stays taken, and is answered 410. */
export async function remove(wire: Durable, request: StreamRequest): Promise<void> {
  assertAllowed(request.allowed, 'delete', request.id);
  const { id, req } = request;
  const wasThere = await removeLog(wire.store, id, (info) =>
    info === 'damaged' ? assertConditions(req, { id }) : assertFits(wire, request, info),
  );
  if (!wasThere) throw notFound(id);
  wire.answer.empty(request, 204, {});
}
