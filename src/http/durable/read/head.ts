import { assertLogIntact } from '../../../core/store/damage';
import { existing } from '../../errors/require-log';
import { assertAllowed } from '../../front/access';
import { streamState } from '../../headers/stream-state';
import type { Durable, StreamRequest } from '../context/durable-context';
import { isClosed, position } from '../context/responder';
import { renderExpiry } from '../headers/expiry-headers';
import { assertFits } from './stream-preconditions';

/** `HEAD` (PROTOCOL.md, 5.5). It keeps no stream alive. */
export async function describe(wire: Durable, request: StreamRequest): Promise<void> {
  // A producer has to be able to ask how far it came.
  assertAllowed(request.allowed, ['consume', 'produce'], request.id);
  const info = await existing(wire.store, request.id);
  await assertLogIntact(wire.store, info);
  await assertFits(wire, request, info);
  wire.answer.head(request, 200, {
    'Content-Type': info.contentType,
    ...position(info, info.tail, isClosed(info)),
    ...renderExpiry(info.expiry),
    'X-Stream-State': streamState(info),
    'Cache-Control': 'no-store',
  });
  request.res.end();
}
