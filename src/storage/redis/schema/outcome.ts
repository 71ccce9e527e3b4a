import type { LogOutcome, SealOutcome } from '../../../core/log/log';
import { parseStoredJson, unexpected } from '../../../redis/resp/reply';

/** Equal outcomes give equal texts, which the scripts compare. */
export function formatOutcome(outcome: LogOutcome): string {
  const { kind } = outcome;
  return JSON.stringify(kind === 'aborted' ? { kind, reason: outcome.reason } : { kind });
}

export function parseSealOutcome(text: string): SealOutcome {
  const outcome = parseStoredOutcome(text);
  return outcome.kind === 'complete' || outcome.kind === 'aborted' ? outcome : unexpected(text);
}

export function parseStoredOutcome(text: string): LogOutcome {
  const value: unknown = parseStoredJson(text);
  if (typeof value !== 'object' || value === null || !('kind' in value)) return unexpected(text);
  switch (value.kind) {
    case 'complete':
    case 'replaced':
    case 'deleted':
    case 'expired':
      return { kind: value.kind };
    case 'aborted':
      return 'reason' in value && typeof value.reason === 'string'
        ? { kind: 'aborted', reason: value.reason }
        : unexpected(text);
    default:
      return unexpected(text);
  }
}
