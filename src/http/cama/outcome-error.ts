import type { Role } from '../../relay/match/queues';
import type { UnansweredOutcome } from '../../relay/match/waiter';

/** A status, and a sentence if the status does not say enough. */
type CamaError = readonly [status: number, sentence?: string];

export function camaError(outcome: UnansweredOutcome, role: Role): CamaError {
  switch (outcome.kind) {
    case 'transferred':
      return [502, 'the other side was lost'];
    case 'refused':
      if (outcome.reason !== 'taken') return [404, 'no such session'];
      return [409, `there can be only one ${role} at a time`];
    case 'gone':
      return [410];
    case 'timeout':
      return [outcome.expired === 'queue' ? 410 : 504];
    case 'stopping':
      return [503, 'the server is shutting down'];
    case 'full':
      return [503, 'too many requests are waiting'];
    case 'lost':
      return [503, 'the server lost sight of the session'];
  }
}
