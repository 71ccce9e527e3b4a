import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from './request-error';

/** A small body, whole. @throws RequestError `BODY_TOO_LARGE`, `BAD_REQUEST` when the client leaves in the middle */
export async function readWhole(
  req: IncomingMessage,
  res: ServerResponse,
  bytesMax: number,
): Promise<Buffer> {
  const tooLarge = new RequestError('BODY_TOO_LARGE', `The body may have ${bytesMax} bytes at most`);
  if (Number(req.headers['content-length'] ?? 0) > bytesMax) throw tooLarge;
  if (req.headers.expect !== undefined) res.writeContinue();
  const pieces: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    req.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= bytesMax) pieces.push(piece);
      else reject(tooLarge);
    });
    req.once('end', () => resolve(Buffer.concat(pieces)));
    req.once('error', () => reject(new RequestError('BAD_REQUEST', 'The body broke off')));
  });
}
