import { type CamaPlaces, type CamaSession, type Direction, directionOf } from '../../relay/cama/cama-queues';
import type { Side } from '../../relay/match/held-request';
import type { Meeting } from '../../relay/match/matchmaker';
import { RequestBody } from '../../relay/match/request-body';
import { ResponseBody } from '../../relay/match/response-body';
import { markLasting } from '../live/long-lived';
import { answer, answerOutcome, messageHead } from './answer';

export interface Sessions {
  readonly places: CamaPlaces;
  readonly meeting: Meeting;
  /** How long a receiver may take nothing, in milliseconds. */
  readonly stalledMs: number;
}

/** One side's part in a message. */
export interface Part {
  readonly side: Side;
  readonly session: CamaSession;
  readonly sender: Direction;
  readonly timeoutMs: number;
}

/** `GET`: takes the next message of the other side. */
export async function receive({ meeting, stalledMs }: Sessions, part: Part): Promise<void> {
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
  markLasting(side.res);
  const outcome = await meeting.attend(directionOf(session.id, sender), {
    role: 'receiver',
    side,
    sink,
    timeoutMs,
  });
  if (outcome.kind !== 'exchanged' || !outcome.ended.begun) answerOutcome(side, outcome);
}

/** `POST`: answered with the number of bytes that reached the receiver, all or not. */
export async function send({ meeting }: Sessions, part: Part): Promise<void> {
  const { side, session, sender, timeoutMs } = part;
  const source = new RequestBody(side);
  const outcome = await meeting.attend(directionOf(session.id, sender), {
    role: 'sender',
    side,
    source,
    timeoutMs,
  });
  if (outcome.kind !== 'exchanged' || outcome.ended.end === 'source') return answerOutcome(side, outcome);
  const { flushed } = outcome.ended;
  // The document calls it by either name.
  answer(side, 200, { 'X-Bytes-Delivered': flushed, 'X-Bytes-Relayed': flushed });
}
