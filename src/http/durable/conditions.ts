import type { LogInfo } from '../../core/log';
import { START } from '../../core/offset';
import { assertConditions, isConditional } from '../headers/conditions';
import { etagOf } from './caching';
import { chunkAt } from './chunk';
import type { Durable, StreamRequest } from './operation';

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
