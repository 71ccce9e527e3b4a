import type { RouterContext } from '@koa/router';
import type { LogInfo } from '../../core/log';
import type { Headers } from '../content-headers';
import type { Wire } from '../protocol';
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
    if (after?.generation === info.generation) ctx.set(progress(after));
    throw error;
  }
}
