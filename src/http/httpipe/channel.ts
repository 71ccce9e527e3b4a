import type { HttpipeQueues } from '../../relay/httpipe/httpipe-queues';
import type { HeldRequest } from '../../relay/match/held-request';
import type { Matchmaker } from '../../relay/match/matchmaker';
import { RequestBody } from '../../relay/match/request-body';
import { ResponseBody } from '../../relay/match/response-body';
import type { SenderHead } from '../../relay/match/transfer';
import type { WaitOutcome } from '../../relay/match/waiter';
import { toErrorResponse } from '../errors/error-response';
import { RequestError } from '../errors/request-error';
import { jsonBody } from '../front/json-body';
import { markLongLived } from '../live/long-lived';

export interface HttpipeContext {
  readonly places: HttpipeQueues;
  readonly meeting: Matchmaker;
  /** The longest wait; absent: for ever. */
  readonly timeoutMs: number | undefined;
  /** How long a receiver may take nothing, in milliseconds. */
  readonly stalledMs: number;
}

/** What curl's `-d` says unasked of whatever it sends. */
const FORM = 'application/x-www-form-urlencoded';
const UNKNOWN_TYPE = 'application/octet-stream';

/** `POST`: answered when the consumer has everything. */
export async function sendToChannel(
  side: HeldRequest,
  { meeting, timeoutMs }: HttpipeContext,
  place: string,
): Promise<void> {
  const source = new RequestBody(side);
  const outcome = await meeting.join(place, {
    role: 'sender',
    side,
    source,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  if (outcome.kind === 'exchanged' && outcome.ended.end === 'complete') side.reply(200);
  else answer(side, outcome);
}

/** `GET`: the response begins with the first byte, or the end, of what the producer sends. */
export async function receiveFromChannel(
  side: HeldRequest,
  channels: HttpipeContext,
  place: string,
): Promise<void> {
  const { meeting, timeoutMs, stalledMs } = channels;
  const begin = (head: SenderHead): void => void side.res.writeHead(200, headersOf(head));
  const sink = new ResponseBody(side, { begin, stalledMs });
  markLongLived(side.res);
  const outcome = await meeting.join(place, {
    role: 'receiver',
    side,
    sink,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  if (outcome.kind !== 'exchanged' || !outcome.ended.begun) answer(side, outcome);
}

function headersOf({ contentType, contentLength }: SenderHead): Record<string, string | number> {
  const isUnknown = contentType === undefined || contentType === '' || contentType === FORM;
  return {
    'Content-Type': isUnknown ? UNKNOWN_TYPE : contentType,
    ...(contentLength !== undefined && { 'Content-Length': contentLength }),
  };
}

function answer(side: HeldRequest, outcome: WaitOutcome): void {
  if (outcome.kind === 'left') return;
  const { status, headers, body } = toErrorResponse(errorOf(outcome.kind));
  side.reply(status, headers, jsonBody(body));
}

function errorOf(kind: Exclude<WaitOutcome['kind'], 'left'>): RequestError {
  switch (kind) {
    case 'exchanged':
      return new RequestError('PEER_LOST', 'The other side was lost');
    case 'timeout':
      return new RequestError('PEER_MISSING', 'Nobody came to the other side in time');
    case 'gone':
    case 'refused':
      return new RequestError('CHANNEL_GONE', 'The channel was destroyed');
    case 'stopping':
      return new RequestError('STOPPING', 'The server is stopping');
    case 'full':
      return new RequestError('TOO_MANY_WAITING', 'Too many requests are waiting');
    case 'lost':
      return new RequestError('RELAY_UNAVAILABLE', 'The server lost sight of the channel');
  }
}
