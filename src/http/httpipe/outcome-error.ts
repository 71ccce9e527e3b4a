import type { UnansweredOutcome } from '../../relay/match/waiter';
import { RequestError } from '../errors/request-error';
import { shuttingDown } from '../errors/shared-errors';

export function httpipeError({ kind }: UnansweredOutcome): RequestError {
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
