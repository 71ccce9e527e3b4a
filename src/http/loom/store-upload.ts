import type { RouterContext } from '@koa/router';
import { LostTailError } from '../../core/damage';
import type { LogInfo } from '../../core/log';
import { wireGeneration } from '../../core/loss';
import type { Headers } from '../content-headers';
import type { Wire } from '../protocol';
import { RequestError } from '../request-error';
import { streamState } from '../stream-state';
import { type BodyEnd, receive } from './receive';
import { progress } from './upload-headers';

/** The answer to a request that has been stored. */
interface Success {
  readonly status: number;
  readonly headers?: Headers;
}

/**
 * Stores the body of a client that can resume, and answers when it is over. Whatever the answer, it says how far the upload has come:
 * what was committed before a failure counts.
 */
export async function storeUpload(
  ctx: RouterContext,
  wire: Wire,
  { info, end }: { readonly info: LogInfo; readonly end: BodyEnd },
  { status, headers = {} }: Success,
): Promise<void> {
  try {
    const after = await receive(wire, ctx, info, end);
    if (after === undefined) {
      ctx.respond = false;
      ctx.res.destroy();
      return;
    }
    ctx.status = status;
    ctx.set({ ...headers, ...progress(after), 'X-Stream-State': streamState(after) });
  } catch (error) {
    const after = await wire.store.info(info.id).catch(() => undefined);
    if (after?.generation !== info.generation) throw error;
    ctx.set(progress(after));
    throw error instanceof LostTailError ? lostTail(after, error) : error;
  }
}

function lostTail(info: LogInfo, { message, lost }: LostTailError): RequestError {
  const generation = wireGeneration(info);
  return new RequestError(
    'STREAM_LOST_BYTES',
    `${message}: go on at byte ${info.tail}`,
    { 'X-Stream-Generation': generation },
    { generation, lost },
  );
}
