import type { Side } from '../../relay/match/held-request';
import type { Outcome } from '../../relay/match/waiter';
import { DESTINATION_LOST, EXPIRED, REPORTED, SOURCE_LOST } from '../../relay/rendezvous/rendezvous-queues';
import { jsonBody } from '../front/json-body';

/** What the wire says instead of bytes, always as `{"name", "message"}`. */
export interface Answer {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

export const UNKNOWN: Answer = {
  status: 404,
  name: 'SessionNotFoundError',
  message: 'The specified session id does not exist',
};

export const NO_ROUTE: Answer = {
  status: 404,
  name: 'BadRouteError',
  message: 'No endpoint exists for the specified method and/or route',
};

export const STARTED: Answer = {
  status: 409,
  name: 'StreamStartedError',
  message: 'The specified session has already started streaming',
};

export const FULL: Answer = {
  status: 503,
  name: 'TooManyStreamsError',
  message: 'There are too many streams',
};

export function invalid(message: string): Answer {
  return { status: 400, name: 'InvalidBodyError', message };
}

export function refuse(side: Side, { status, name, message }: Answer): void {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' };
  side.reply(status, headers, jsonBody({ name, message }));
}

/** The answer for a side that took no part in an exchange, or whose counterpart was lost. */
export function answerFor(
  outcome: Exclude<Outcome, { kind: 'left' }>,
  role: 'source' | 'destination',
): Answer {
  switch (outcome.kind) {
    case 'refused':
    case 'gone':
      return refusal(outcome.why, role);
    case 'timeout':
      return { status: 504, ...EXPIRED };
    case 'exchanged':
      return { status: 502, ...(outcome.ended.end === 'source' ? SOURCE_LOST : DESTINATION_LOST) };
    case 'stopping':
      return { status: 503, name: 'StoppingError', message: 'The server is stopping' };
    case 'full':
      return { ...FULL, message: 'Too many requests are waiting' };
    case 'lost':
      return { status: 503, name: 'UnavailableError', message: 'The server lost sight of the stream' };
  }
}

function refusal(why: string, role: 'source' | 'destination'): Answer {
  if (why.startsWith(REPORTED)) return JSON.parse(why.slice(REPORTED.length));
  if (why !== 'taken') return UNKNOWN;
  const message = `A client has already connected to the ${role} side of this stream`;
  return { status: 429, name: 'AlreadyConnectedError', message };
}
