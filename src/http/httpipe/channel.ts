import type { HeldRequest } from '../../relay/match/held-request';
import type { Matchmaker } from '../../relay/match/matchmaker';
import type { SenderHead } from '../../relay/match/transfer';
import type { UnansweredOutcome } from '../../relay/match/waiter';
import { toErrorResponse } from '../errors/error-response';
import { noteRefusal } from '../errors/refusal';
import { RequestError } from '../errors/request-error';
import { shuttingDown } from '../errors/shared-errors';
import { markLongLived } from '../live/long-lived';

interface ChannelOptions {
  readonly queue: string;
  /** The longest wait. `undefined`: forever. */
  readonly timeoutMs: number | undefined;
}

/** curl's `-d` adds it to any body. */
const FORM = 'application/x-www-form-urlencoded';
const UNKNOWN_TYPE = 'application/octet-stream';

/** `POST`: answers when the consumer has everything. */
export async function sendToChannel(
  matchmaker: Matchmaker,
  held: HeldRequest,
  { queue, timeoutMs }: ChannelOptions,
): Promise<void> {
  const outcome = await matchmaker.send(queue, held, { timeoutMs });
  if (outcome === undefined) return;
  if (outcome.kind === 'transferred' && outcome.result.end === 'complete') held.reply(200);
  else answerOutcome(held, outcome);
}

/** `GET`: the response begins with the first byte, or the end, of the producer's body. */
export async function receiveFromChannel(
  matchmaker: Matchmaker,
  held: HeldRequest,
  { queue, timeoutMs }: ChannelOptions,
): Promise<void> {
  markLongLived(held.res);
  const begin = (head: SenderHead): void => void held.res.writeHead(200, headersOf(head));
  const outcome = await matchmaker.receive(queue, held, { timeoutMs, begin });
  if (outcome !== undefined) answerOutcome(held, outcome);
}

function headersOf({ contentType, contentLength }: SenderHead): Record<string, string | number> {
  const isUnknown = contentType === undefined || contentType === '' || contentType === FORM;
  return {
    'Content-Type': isUnknown ? UNKNOWN_TYPE : contentType,
    ...(contentLength !== undefined && { 'Content-Length': contentLength }),
  };
}

function answerOutcome(held: HeldRequest, outcome: UnansweredOutcome): void {
  const { status, code, headers, body } = toErrorResponse(httpipeError(outcome));
  noteRefusal(held.res, code);
  held.reply(status, headers, body);
}

function httpipeError({ kind }: UnansweredOutcome): RequestError {
  switch (kind) {
    case 'transferred':
      return new RequestError('PEER_LOST', 'The other side was lost');
    case 'refused':
    case 'gone':
      return new RequestError('CHANNEL_GONE', 'The channel was destroyed');
    case 'timeout':
      return new RequestError('PEER_MISSING', 'The other side did not connect in time');
    case 'stopping':
      return shuttingDown();
    case 'full':
      return new RequestError('TOO_MANY_WAITING', 'Too many requests are waiting');
    case 'lost':
      return new RequestError('RELAY_UNAVAILABLE', 'The server lost sight of the channel');
  }
}
