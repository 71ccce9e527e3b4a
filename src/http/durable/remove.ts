import { isLogError } from '../../core/errors';
import { assertAllowed } from '../access';
import type { Durable, StreamRequest } from './operation';
import { existing } from './streams';

/** `DELETE` (PROTOCOL.md, 5.4). While forks of it live the stream's name stays taken, and is answered 410. */
export async function remove(wire: Durable, request: StreamRequest): Promise<void> {
  assertAllowed(request.allowed, 'delete', request.id);
  const info = await existing(wire.store, request.id);
  try {
    await wire.store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
  } catch (error) {
    // Somebody else removed or replaced it at this moment: what was asked for holds either way.
    if (!isLogError(error, 'LOG_GONE')) throw error;
  }
  wire.answer.empty(request, 204, {});
}
