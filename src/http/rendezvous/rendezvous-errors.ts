import type { HeldRequest } from '../../relay/match/held-request';
import type { RendezvousFailure } from '../../relay/rendezvous/rendezvous-queues';
import { jsonBody } from '../json/json-body';

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

export function sendRendezvousError(held: HeldRequest, { status, name, message }: RendezvousFailure): void {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' };
  held.reply(status, headers, jsonBody({ name, message }));
}
