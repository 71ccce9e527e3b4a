import type { LogInfo } from '../../../core/log/log';
import { START } from '../../../core/log/offset';
import { assertConditions, isConditional } from '../../headers/preconditions';
import type { Durable, StreamRequest } from '../context/durable-context';
import { etagOf } from './cache-headers';
import { chunkAt } from './chunk';

/**
 * Compares the conditions of a request with what a GET of the same URL would be answered with at this moment: the first chunk.
 * @param info absent: there is no stream
 * @throws RequestError `PRECONDITION_FAILED`
 */
export async function assertFits(
  { store, config }: Durable,
  { req }: StreamRequest,
  info: LogInfo | undefined,
): Promise<void> {
  if (!isConditional(req)) return;
  if (info === undefined) return assertConditions(req, undefined);
  const etag = etagOf(info, await chunkAt(store, info, START, config.durable.chunkBytes));
  assertConditions(req, { id: info.id, etag });
}
