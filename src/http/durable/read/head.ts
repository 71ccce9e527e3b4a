import { assertLogIntact } from '../../../core/store/damage';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { requireLog } from '../../errors/require-log';
import { sendHead } from '../../front/send-head';
import { streamState } from '../../headers/stream-state';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { isClosed, positionHeaders } from '../context/shared-headers';
import { renderExpiry } from '../headers/expiry-headers';
import { assertStreamPreconditions } from './stream-preconditions';

/** `HEAD` (PROTOCOL.md, 5.5). It does not extend an idle expiry. */
export async function sendStreamHead(wire: DurableContext, request: StreamRequest): Promise<void> {
  // A producer asks for the tail before it resumes.
  authorize(request, ['consume', 'produce'], request.id);
  const info = await requireLog(wire.store, request.id);
  assertSameGeneration(request, info);
  await assertLogIntact(wire.store, info);
  await assertStreamPreconditions(wire, request, info);
  sendHead(request, 200, {
    'Content-Type': info.contentType,
    ...positionHeaders(info, info.tail, isClosed(info)),
    ...renderExpiry(info.expiry),
    'X-Stream-State': streamState(info),
    'Cache-Control': 'no-store',
  });
  request.res.end();
}
