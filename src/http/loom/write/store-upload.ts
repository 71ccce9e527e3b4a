import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import { LostTailError } from '../../../core/store/damage';
import { RequestError } from '../../errors/request-error';
import { sendEmpty } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import type { ResponseHeaders } from '../../headers/content-headers';
import { streamState } from '../../headers/stream-state';
import { uploadProgress } from '../headers/upload-headers';
import { type BodyEnd, receiveBody } from './receive-body';

interface Success {
  readonly status: number;
  readonly headers?: ResponseHeaders;
}

/** Stores the body of a client that can resume, and answers at its end. Every answer says what is committed, after a failure, too. */
export async function storeUpload(
  request: WireRequest,
  wire: WireContext,
  { info, end }: { readonly info: LogInfo; readonly end: BodyEnd },
  { status, headers = {} }: Success,
): Promise<void> {
  const { res, record } = request;
  record.isTimed = false;
  try {
    const after = await receiveBody(wire, request, info, end);
    if (after === undefined) res.destroy();
    else {
      const progress = { ...uploadProgress(after), 'X-Stream-State': streamState(after) };
      sendEmpty(request, status, { ...headers, ...progress });
    }
  } catch (error) {
    const after = await wire.store.info(info.id).catch(() => undefined);
    if (after?.generation !== info.generation) throw error;
    res.setHeaders(new Map(Object.entries(uploadProgress(after))));
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
