import type { IncomingMessage, ServerResponse } from 'node:http';
import { concatChunks } from '../../core/bytes/concat-chunks';
import { isAbortError } from '../errors/abort-error';
import { RequestError } from '../errors/request-error';
import { assertIdentityEncoding } from '../headers/codings';
import type { MinimumRate } from './body-deadline';
import { collectBody } from './collect-body';
import { continueIfExpected } from './continue-if-expected';

export interface WholeBodyLimits {
  readonly bytes: number;
  readonly pace: MinimumRate;
}

/** A small body, whole. @throws RequestError `CONTENT_ENCODING_UNSUPPORTED`, `BODY_TOO_LARGE`, `BODY_STALLED`, `BODY_INCOMPLETE` when it breaks off */
export async function readWholeBody(
  req: IncomingMessage,
  res: ServerResponse,
  { bytes: bytesMax, pace }: WholeBodyLimits,
): Promise<Buffer> {
  assertIdentityEncoding(req);
  const onBytes = (bytes: number): void => {
    if (bytes > bytesMax) {
      throw new RequestError('BODY_TOO_LARGE', `The body may have ${bytesMax} bytes at most`);
    }
  };
  onBytes(Number(req.headers['content-length'] ?? 0));
  continueIfExpected(req, res);
  try {
    return concatChunks(await collectBody(req, { onBytes, pace }));
  } catch (error) {
    throw isAbortError(error) ? new RequestError('BODY_INCOMPLETE', 'The body broke off') : error;
  }
}
