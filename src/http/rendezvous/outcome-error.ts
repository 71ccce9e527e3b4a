import type { Role } from '../../relay/match/queues';
import type { UnansweredOutcome } from '../../relay/match/waiter';
import {
  DESTINATION_LOST,
  EXPIRED,
  REPORTED,
  type RendezvousFailure,
  SOURCE_LOST,
} from '../../relay/rendezvous/rendezvous-queues';
import { TOO_MANY_STREAMS, UNKNOWN_STREAM } from './rendezvous-errors';

export function rendezvousError(outcome: UnansweredOutcome, role: Role): RendezvousFailure {
  switch (outcome.kind) {
    case 'transferred':
      return { status: 502, ...(outcome.result.end === 'source' ? SOURCE_LOST : DESTINATION_LOST) };
    case 'refused':
    case 'gone':
      return refusal(outcome.reason, role);
    case 'timeout':
      return { status: 504, ...EXPIRED };
    case 'stopping':
      return { status: 503, name: 'StoppingError', message: 'The server is shutting down' };
    case 'full':
      return { ...TOO_MANY_STREAMS, message: 'Too many requests are waiting' };
    case 'lost':
      return { status: 503, name: 'UnavailableError', message: 'The server lost sight of the stream' };
  }
}

function refusal(reason: string, role: Role): RendezvousFailure {
  if (reason.startsWith(REPORTED)) return JSON.parse(reason.slice(REPORTED.length));
  if (reason !== 'taken') return UNKNOWN_STREAM;
  const side = role === 'sender' ? 'source' : 'destination';
  const message = `A client has already connected to the ${side} side of this stream`;
  return { status: 429, name: 'AlreadyConnectedError', message };
}
