import type { IncomingMessage } from 'node:http';
import { RequestError } from '../request-error';

export interface Gathering {
  /** Is told how many bytes are there so far. What it throws refuses the body. */
  take(bytes: number): void;
  /** How long nothing may come. */
  readonly silenceMs: number;
  /** The bodies that are still coming, and how to refuse each of them. */
  readonly coming: Map<IncomingMessage, (error: Error) => void>;
}

/** Reads a body whole. @throws RequestError `BODY_STALLED`; what `take` throws; AbortError when the client leaves before its end */
export function gatherBody(req: IncomingMessage, { take, silenceMs, coming }: Gathering): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      clearTimeout(silence);
      coming.delete(req);
    };
    const refuse = (error: unknown): void => {
      end();
      pieces.length = 0;
      reject(error);
    };
    const silence = setTimeout(() => refuse(stalled(silenceMs)), silenceMs);
    coming.set(req, refuse);
    req.on('data', (piece: Buffer) => {
      // What still comes of a body that was refused is nobody's, and must not be taken: nobody would give it back.
      if (isOver) return;
      silence.refresh();
      size += piece.length;
      pieces.push(piece);
      try {
        take(size);
      } catch (error) {
        refuse(error);
      }
    });
    req.once('end', () => {
      if (isOver) return;
      end();
      const [first] = pieces;
      resolve(first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces, size));
    });
    req.once('close', () => {
      if (!isOver) refuse(new DOMException('The client has left', 'AbortError'));
    });
    // 'close' follows.
    req.on('error', () => {});
  });
}

function stalled(silenceMs: number): RequestError {
  const message = `Nothing has come of the body for ${silenceMs} ms`;
  return new RequestError('BODY_STALLED', message, { Connection: 'close' });
}
