import type { HeldRequest } from '../../relay/match/held-request';
import type { WaitOutcome } from '../../relay/match/waiter';
import { DESTINATION_LOST, EXPIRED, REPORTED, SOURCE_LOST } from '../../relay/rendezvous/rendezvous-queues';
import { jsonBody } from '../front/json-body';

/** What the wire says instead of bytes, always as `{"name", "message"}`. */
export interface RendezvousFailure {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

export const UNKNOWN_STREAM: RendezvousFailure = {
  status: 404,
  name: 'SessionNotFoundError',
  message: 'The specified session id does not exist',
};

export const NO_ROUTE: RendezvousFailure = {
  status: 404,
  name: 'BadRouteError',
  message: 'No endpoint exists for the specified method and/or route',
};

export const STREAM_STARTED: RendezvousFailure = {
  status: 409,
  name: 'StreamStartedError',
  message: 'The specified session has already started streaming',
};

export const TOO_MANY_STREAMS: RendezvousFailure = {
  status: 503,
  name: 'TooManyStreamsError',
  message: 'There are too many streams',
};

export function invalidBody(message: string): RendezvousFailure {
  return { status: 400, name: 'InvalidBodyError', message };
}

export function sendRendezvousError(side: HeldRequest, { status, name, message }: RendezvousFailure): void {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' };
  side.reply(status, headers, jsonBody({ name, message }));
}

/** The answer for a side that took no part in an exchange, or whose counterpart was lost. */
export function errorForOutcome(
  outcome: Exclude<WaitOutcome, { kind: 'left' }>,
  role: 'source' | 'destination',
): RendezvousFailure {
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
      return { ...TOO_MANY_STREAMS, message: 'Too many requests are waiting' };
    case 'lost':
      return { status: 503, name: 'UnavailableError', message: 'The server lost sight of the stream' };
  }
}

function refusal(why: string, role: 'source' | 'destination'): RendezvousFailure {
  if (why.startsWith(REPORTED)) return JSON.parse(why.slice(REPORTED.length));
  if (why !== 'taken') return UNKNOWN_STREAM;
  const message = `A client has already connected to the ${role} side of this stream`;
  return { status: 429, name: 'AlreadyConnectedError', message };
}
