import type { OutgoingHttpHeaders } from 'node:http';
import type { HeldRequest } from '../../relay/match/held-request';
import type { Matchmaker } from '../../relay/match/matchmaker';
import type { Role } from '../../relay/match/queues';
import type { SenderHead } from '../../relay/match/transfer';
import type { UnansweredOutcome } from '../../relay/match/waiter';
import { markLongLived } from '../live/long-lived';
import { answer, SERVER } from './answer';
import { camaError } from './outcome-error';

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
