import type { IncomingMessage, ServerResponse } from 'node:http';
import { concatChunks } from '../../core/bytes/concat-chunks';
import { isDeparture } from '../errors/abort-error';
import { RequestError } from '../errors/request-error';
import { assertIdentity } from '../headers/codings';
import type { Pace } from './body-deadline';
import { gatherBody } from './collect-body';
import { continueIfExpected } from './continue-if-expected';

export interface WholeBodyLimits {
  readonly bytes: number;
  readonly pace: Pace;
}

/** A small body, whole. @throws RequestError `CONTENT_ENCODING_UNSUPPORTED`, `BODY_TOO_LARGE`, `BODY_STALLED`, `BODY_INCOMPLETE` when it breaks off */
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
    return concatChunks(await gatherBody(req, { take, pace }));
  } catch (error) {
    throw isDeparture(error) ? new RequestError('BODY_INCOMPLETE', 'The body broke off') : error;
  }
}
