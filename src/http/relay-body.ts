import type { IncomingMessage, ServerResponse } from 'node:http';
import { continueIfExpected } from './continue-if-expected';
import { RequestError } from './request-error';

export interface WholeBodyLimits {
  readonly bytes: number;
  /** How long it may take to arrive, in milliseconds. */
  readonly ms: number;
}

/** A small body, whole. @throws RequestError `BODY_TOO_LARGE`, `BAD_REQUEST` when it breaks off or takes too long */
export async function readWhole(
  req: IncomingMessage,
  res: ServerResponse,
  limits: WholeBodyLimits,
): Promise<Buffer> {
  const tooLarge = new RequestError('BODY_TOO_LARGE', `The body may have ${limits.bytes} bytes at most`);
  if (Number(req.headers['content-length'] ?? 0) > limits.bytes) throw tooLarge;
  continueIfExpected(req, res);
  const pieces: Buffer[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const whole = new Promise<Buffer>((resolve, reject) => {
    const late = new RequestError('BAD_REQUEST', `The body did not arrive within ${limits.ms} ms`);
    timer = setTimeout(() => reject(late), limits.ms);
    req.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= limits.bytes) pieces.push(piece);
      else reject(tooLarge);
    });
    req.once('end', () => resolve(Buffer.concat(pieces)));
    req.once('error', () => reject(new RequestError('BAD_REQUEST', 'The body broke off')));
  });
  return whole.finally(() => clearTimeout(timer));
}
