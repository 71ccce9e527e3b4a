import { removeLog } from '../../core/remove-log';
import { assertAllowed } from '../access';
import { notFound } from '../front/existing-log';
import type { Durable, StreamRequest } from './operation';

/** `DELETE` (PROTOCOL.md, 5.4). While forks of it live the stream's name stays taken, and is answered 410. */
export async function remove(wire: Durable, request: StreamRequest): Promise<void> {
  assertAllowed(request.allowed, 'delete', request.id);
  if (!(await removeLog(wire.store, request.id))) throw notFound(request.id);
  wire.answer.empty(request, 204, {});
}
