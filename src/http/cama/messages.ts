import type { OutgoingHttpHeaders } from 'node:http';
import type { HeldRequest } from '../../relay/match/held-request';
import type { Matchmaker } from '../../relay/match/matchmaker';
import type { Role } from '../../relay/match/queues';
import type { SenderHead } from '../../relay/match/transfer';
import type { UnansweredOutcome } from '../../relay/match/waiter';
import { markLongLived } from '../live/long-lived';
import { answer, SERVER } from './answer';

/** The direction of a session, and how long to wait for its other end. */
interface MessageOptions {
  readonly queue: string;
  readonly timeoutMs: number;
}

/** `GET`: answers with the next message of the other side. */
export async function receiveMessage(
  matchmaker: Matchmaker,
  held: HeldRequest,
  { queue, timeoutMs }: MessageOptions,
): Promise<void> {
  markLongLived(held.res);
  const outcome = await matchmaker.receive(queue, held, {
    timeoutMs,
    begin: (head) => void held.res.writeHead(200, headersOf(head)),
    // "The receiver just receives an end-of-chunk". If a length was promised, that is impossible.
    truncated: ({ contentLength }) => (contentLength === undefined ? 'end' : 'cut'),
    // Bytes sent to a client that has closed its side must not count as delivered.
    halfClosed: 'left',
  });
  if (outcome !== undefined) answerOutcome(held, outcome, 'receiver');
}

/** `POST`: answers with the number of bytes that reached the receiver, all or not. */
export async function sendMessage(
  matchmaker: Matchmaker,
  held: HeldRequest,
  { queue, timeoutMs }: MessageOptions,
): Promise<void> {
  const outcome = await matchmaker.send(queue, held, { timeoutMs });
  if (outcome === undefined) return;
  if (outcome.kind !== 'transferred' || outcome.result.end === 'source')
    return answerOutcome(held, outcome, 'sender');
  const { flushed } = outcome.result;
  // The specification uses both names.
  answer(held, 200, { 'X-Bytes-Delivered': flushed, 'X-Bytes-Relayed': flushed });
}

function answerOutcome(held: HeldRequest, outcome: UnansweredOutcome, role: Role): void {
  const [status, sentence] = camaError(outcome, role);
  answer(held, status, {}, sentence);
}

function headersOf({ contentType, contentLength }: SenderHead): OutgoingHttpHeaders {
  return {
    Server: SERVER,
    ...(contentType !== undefined && { 'Content-Type': contentType }),
    ...(contentLength !== undefined && { 'Content-Length': contentLength }),
  };
}

/** A status, and a sentence if the status does not say enough. */
type CamaError = readonly [status: number, sentence?: string];

function camaError(outcome: UnansweredOutcome, role: Role): CamaError {
  switch (outcome.kind) {
    case 'transferred':
      return [502, 'the other side was lost'];
    case 'refused':
      if (outcome.reason !== 'taken') return [404, 'no such session'];
      return [409, `there can be only one ${role} at a time`];
    case 'gone':
      return [410];
    case 'timeout':
      return [outcome.expired === 'queue' ? 410 : 504];
    case 'stopping':
      return [503, 'the server is shutting down'];
    case 'full':
      return [503, 'too many requests are waiting'];
    case 'lost':
      return [503, 'the server lost sight of the session'];
  }
}
