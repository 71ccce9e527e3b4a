import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors/request-error';
import { BodyDeadline, type MinimumRate } from './body-deadline';
import { CoalescedChunks } from './coalesced-chunks';

export interface CollectBodyOptions {
  /** Called with how many bytes there are so far. What it throws refuses the body. */
  onBytes(bytes: number): void;
  readonly pace: MinimumRate;
  /** The bodies that are still coming, and how to refuse each of them. */
  readonly inProgress?: Map<IncomingMessage, (error: Error) => void>;
}

/**
 * Reads a body whole.
 * @throws RequestError `BODY_STALLED`; what `take` throws; AbortError when the client leaves before its end
 */
export function collectBody(
  req: IncomingMessage,
  { onBytes, pace, inProgress }: CollectBodyOptions,
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const gathered = new CoalescedChunks();
    let isOver = false;
    const end = (): void => {
      isOver = true;
      deadline.end();
      inProgress?.delete(req);
    };
    const refuse = (error: unknown): void => {
      end();
      gathered.clear();
      reject(error);
    };
    const deadline = new BodyDeadline(pace, () => refuse(stalled(pace)));
    inProgress?.set(req, refuse);
    req.on('data', (piece: Buffer) => {
      // What still comes of a body that was refused is nobody's, and must not be taken: nobody would give it back.
      if (isOver) return;
      deadline.received(piece.length);
      gathered.push(piece);
      try {
        onBytes(gathered.bytes);
      } catch (error) {
        refuse(error);
      }
    });
    req.once('end', () => {
      if (isOver) return;
      end();
      resolve(gathered.chunks);
    });
    req.once('close', () => {
      if (!isOver) refuse(new DOMException('The client has left', 'AbortError'));
    });
    // 'close' follows.
    req.on('error', () => {});
  });
}

function stalled({ slackMs, bytesPerSecond }: MinimumRate): RequestError {
  const message = `The body comes too slowly: it must bring ${bytesPerSecond} bytes per second, and may pause for ${slackMs} ms`;
  return new RequestError('BODY_STALLED', message, { Connection: 'close' });
}
