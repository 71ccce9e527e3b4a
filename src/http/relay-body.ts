import type { IncomingMessage, ServerResponse } from 'node:http';
import { continueIfExpected } from './continue-if-expected';
import { RequestError } from './request-error';

export interface WholeBodyLimits {
  readonly bytes: number;
  /** How long it may take to arrive, in milliseconds. */
  readonly ms: number;
}

/** A small body, whole. @throws RequestError `BODY_TOO_LARGE`, `BODY_INCOMPLETE` when it breaks off or takes too long */
export async function readWhole(
  req: IncomingMessage,
  res: ServerResponse,
  limits: WholeBodyLimits,
): Promise<Buffer> {
  const tooLarge = new RequestError('BODY_TOO_LARGE', `The body may have ${limits.bytes} bytes at most`);
  if (Number(req.headers['content-length'] ?? 0) > limits.bytes) throw tooLarge;
  continueIfExpected(req, res);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      collect(req, limits.bytes, tooLarge),
      new Promise<never>((_resolve, reject) => {
        const late = new RequestError('BODY_INCOMPLETE', `The body did not arrive within ${limits.ms} ms`);
        timer = setTimeout(() => reject(late), limits.ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Not `for await`: leaving that loop would destroy the request before it is answered. */
function collect(req: IncomingMessage, bytesMax: number, tooLarge: RequestError): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const add = (piece: Buffer): void => {
      bytes += piece.length;
      pieces.push(piece);
      if (bytes <= bytesMax) return;
      req.off('data', add);
      reject(tooLarge);
    };
    const brokeOff = (): void => reject(new RequestError('BODY_INCOMPLETE', 'The body broke off'));
    req.on('data', add).once('end', () => resolve(Buffer.concat(pieces)));
    req.once('error', brokeOff).once('close', brokeOff);
  });
}
