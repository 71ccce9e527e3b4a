import { removeLog } from '../../core/remove-log';
import { assertAllowed } from '../access';
import { notFound } from '../front/existing-log';
import { assertConditions } from '../headers/conditions';
import { assertFits } from './conditions';
import type { Durable, StreamRequest } from './operation';

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
