import {
  type CamaQueues,
  type CamaSession,
  type Direction,
  directionQueue,
} from '../../relay/cama/cama-queues';
import type { HeldRequest } from '../../relay/match/held-request';
import type { Matchmaker } from '../../relay/match/matchmaker';
import { RequestBody } from '../../relay/match/request-body';
import { ResponseBody } from '../../relay/match/response-body';
import { markLongLived } from '../live/long-lived';
import { answer, answerWithOutcome, messageHead } from './answer';

export interface CamaContext {
  readonly places: CamaQueues;
  readonly meeting: Matchmaker;
  /** How long a receiver may take nothing, in milliseconds. */
  readonly stalledMs: number;
}

/** One side's part in a message. */
export interface MessageRequest {
  readonly side: HeldRequest;
  readonly session: CamaSession;
  readonly sender: Direction;
  readonly timeoutMs: number;
}

/** `GET`: takes the next message of the other side. */
export async function receiveMessage(
  { meeting, stalledMs }: CamaContext,
  part: MessageRequest,
): Promise<void> {
  const { side, session, sender, timeoutMs } = part;
  const sink = new ResponseBody(side, {
    stalledMs,
    begin: ({ contentType, contentLength }) => {
      side.res.writeHead(200, messageHead(contentType, contentLength));
    },
    // "The receiver just receives an end-of-chunk"; where a length was promised, that cannot be.
    truncated: ({ contentLength }) => (contentLength === undefined ? 'end' : 'cut'),
    // Nothing is to count as delivered that is sent to a client that has closed its side.
    halfClosed: 'left',
  });
  markLongLived(side.res);
  const outcome = await meeting.join(directionQueue(session.id, sender), {
    role: 'receiver',
    side,
    sink,
    timeoutMs,
  });
  if (outcome.kind !== 'exchanged' || !outcome.ended.begun) answerWithOutcome(side, outcome);
}

/** `POST`: answered with the number of bytes that reached the receiver, all or not. */
export async function sendMessage({ meeting }: CamaContext, part: MessageRequest): Promise<void> {
  const { side, session, sender, timeoutMs } = part;
  const source = new RequestBody(side);
  const outcome = await meeting.join(directionQueue(session.id, sender), {
    role: 'sender',
    side,
    source,
    timeoutMs,
  });
  if (outcome.kind !== 'exchanged' || outcome.ended.end === 'source') return answerWithOutcome(side, outcome);
  const { flushed } = outcome.ended;
  // The document calls it by either name.
  answer(side, 200, { 'X-Bytes-Delivered': flushed, 'X-Bytes-Relayed': flushed });
}
