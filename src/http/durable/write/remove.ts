import { removeLog } from '../../../core/store/remove-log';
import { authorize } from '../../access/authorize';
import { logNotFound } from '../../errors/require-log';
import { sendEmpty } from '../../front/send-head';
import { assertPreconditions } from '../../headers/preconditions';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { assertStreamPreconditions } from '../read/stream-preconditions';

/** `DELETE` (PROTOCOL.md, 5.4). While forks of it live the stream's name stays taken, and is answered 410. */
export async function removeStream(wire: DurableContext, request: StreamRequest): Promise<void> {
  authorize(request, 'delete', request.id);
  const { id, req } = request;
  const wasThere = await removeLog(wire.store, id, (info) =>
    info === 'damaged' ? assertPreconditions(req, { id }) : assertStreamPreconditions(wire, request, info),
  );
  if (!wasThere) throw logNotFound(id);
  request.audit('stream deleted', { id });
  sendEmpty(request, 204, {});
}
