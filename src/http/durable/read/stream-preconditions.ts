import type { LogInfo } from '../../../core/log/log';
import { START } from '../../../core/log/offset';
import { assertPreconditions, isConditional } from '../../headers/preconditions';
import type { DurableContext, StreamRequest } from '../context/durable-context';
import { etagOf } from './cache-headers';
import { selectChunk } from './chunk';

/** Compares the conditions with the chunk that a GET would get. @param info absent: no stream @throws RequestError `PRECONDITION_FAILED` */
export async function assertStreamPreconditions(
  { store, config }: DurableContext,
  { req }: StreamRequest,
  info: LogInfo | undefined,
): Promise<void> {
  if (!isConditional(req)) return;
  if (info === undefined) return assertPreconditions(req, undefined);
  const etag = etagOf(info, await selectChunk(store, info, START, config.durable.chunkBytes));
  assertPreconditions(req, { id: info.id, etag });
}
