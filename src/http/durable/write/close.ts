import type { Commit, CommitResult } from '../../../core/log/log';
import { RequestError } from '../../errors/request-error';
import type { DurableContext } from '../context/durable-context';
import type { CachedStream } from '../context/stream-cache';
import type { AppendHead } from '../headers/append-head';
import { COMPLETE, commit, StreamClosedError } from './commit';

/**
 * A request without content. A stream that is closed already is as it should be, however it ended (PROTOCOL.md, 5.2); but a
 * producer's close is judged as its other requests are.
 * @throws RequestError `BODY_INVALID` when it does not close either; as `commit`
 */
export async function close(
  wire: DurableContext,
  stream: CachedStream,
  head: AppendHead,
): Promise<CommitResult> {
  if (!head.closes) throw new RequestError('BODY_INVALID', 'There is nothing to append: the body is empty');
  try {
    return await commit(wire, stream, { chunks: [], ...commitFieldsOf(head) });
  } catch (error) {
    if (!(error instanceof StreamClosedError) || head.producer !== undefined) throw error;
    return { how: 'duplicate', tail: error.tail, isSealed: true };
  }
}

/** What a request has stored beside its content. */
export function commitFieldsOf({ producer, sequence, closes }: AppendHead): Omit<Commit, 'chunks'> {
  return {
    ...(producer && { producer }),
    ...(sequence !== undefined && { sequence }),
    ...(closes && { seal: COMPLETE }),
  };
}
