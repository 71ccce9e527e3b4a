import type { IncomingMessage, ServerResponse } from 'node:http';
import { concatChunks } from '../../core/bytes/concat-chunks';
import { isAbortError } from '../errors/abort-error';
import { RequestError } from '../errors/request-error';
import { assertIdentityEncoding } from '../headers/codings';
import { BodyDeadline, type MinimumRate } from './body-deadline';
import { CoalescedChunks } from './coalesced-chunks';
import { continueIfExpected } from './continue-if-expected';

export interface WholeBodyLimits {
  readonly bytes: number;
  readonly pace: MinimumRate;
}

/** What several bodies share. */
interface BodyBudget {
  /** Called with the bytes of each piece. What it throws refuses the body. */
  reserve(bytes: number): void;
  /** The bodies that are still coming, and how to refuse each of them. */
  readonly inProgress: Map<IncomingMessage, (error: Error) => void>;
}

/** Reads a body in pieces. @throws RequestError `BODY_TOO_LARGE`, `BODY_STALLED`; as the budget; AbortError if the client leaves */
export function readPieces(
  req: IncomingMessage,
  res: ServerResponse,
  { bytes: bytesMax, pace }: WholeBodyLimits,
  budget?: BodyBudget,
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    // Content-Length reserves nothing; the bytes may never arrive.
    assertSize(Number(req.headers['content-length'] ?? 0), bytesMax);
    continueIfExpected(req, res);
    const pieces = new CoalescedChunks();
    let isOver = false;
    const end = (): void => {
      isOver = true;
      deadline.end();
      budget?.inProgress.delete(req);
    };
    const refuse = (error: unknown): void => {
      end();
      pieces.clear();
      reject(error);
    };
    const deadline = new BodyDeadline(pace, () => refuse(stalled(pace)));
    budget?.inProgress.set(req, refuse);
    req.on('data', (piece: Buffer) => {
      // The rest of a refused body is dropped, without a reservation that would never be released.
      if (isOver) return;
      deadline.received(piece.length);
      pieces.push(piece);
      try {
        assertSize(pieces.bytes, bytesMax);
        budget?.reserve(piece.length);
      } catch (error) {
        refuse(error);
      }
    });
    req.once('end', () => {
      if (isOver) return;
      end();
      resolve(pieces.chunks);
    });
    req.once('close', () => {
      if (!isOver) refuse(new DOMException('The client has left', 'AbortError'));
    });
    // 'close' follows.
    req.on('error', () => {});
  });
}

/** Reads a small body. @throws as `readPieces`; RequestError `CONTENT_ENCODING_UNSUPPORTED`; `BODY_INCOMPLETE` if the client leaves */
export async function readWholeBody(
  req: IncomingMessage,
  res: ServerResponse,
  limits: WholeBodyLimits,
): Promise<Buffer> {
  assertIdentityEncoding(req);
  try {
    return concatChunks(await readPieces(req, res, limits));
  } catch (error) {
    throw isAbortError(error) ? new RequestError('BODY_INCOMPLETE', 'The body broke off') : error;
  }
}

function assertSize(bytes: number, bytesMax: number): void {
  if (bytes > bytesMax)
    throw new RequestError('BODY_TOO_LARGE', `The body may have ${bytesMax} bytes at most`);
}

function stalled({ slackMs, bytesPerSecond }: MinimumRate): RequestError {
  const message = `The body comes too slowly: it must bring ${bytesPerSecond} bytes per second, and may pause for ${slackMs} ms`;
  return new RequestError('BODY_STALLED', message, { Connection: 'close' });
}
