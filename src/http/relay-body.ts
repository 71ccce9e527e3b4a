import type { IncomingMessage, ServerResponse } from 'node:http';
import { joined } from '../core/joined';
import { isDeparture } from './consumers';
import { continueIfExpected } from './continue-if-expected';
import type { Pace } from './front/body-deadline';
import { gatherBody } from './front/gather-body';
import { assertIdentity } from './headers/codings';
import { RequestError } from './request-error';

export interface WholeBodyLimits {
  readonly bytes: number;
  readonly pace: Pace;
}

/** A small body, whole. @throws RequestError `CONTENT_ENCODING_UNSUPPORTED`, `BODY_TOO_LARGE`, `BODY_INCOMPLETE` when it breaks off or comes too slowly */
export async function readWhole(
  req: IncomingMessage,
  res: ServerResponse,
  { bytes: bytesMax, pace }: WholeBodyLimits,
): Promise<Buffer> {
  assertIdentity(req);
  const take = (bytes: number): void => {
    if (bytes > bytesMax) {
      throw new RequestError('BODY_TOO_LARGE', `The body may have ${bytesMax} bytes at most`);
    }
  };
  take(Number(req.headers['content-length'] ?? 0));
  continueIfExpected(req, res);
  try {
    return joined(await gatherBody(req, { take, pace }));
  } catch (error) {
    throw incomplete(error);
  }
}

function incomplete(error: unknown): unknown {
  if (isDeparture(error)) return new RequestError('BODY_INCOMPLETE', 'The body broke off');
  // 408 means on these wires that nobody came to the other side.
  const isStalled = error instanceof RequestError && error.code === 'BODY_STALLED';
  return isStalled ? new RequestError('BODY_INCOMPLETE', error.message, error.headers) : error;
}
