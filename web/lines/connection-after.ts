import { ApiError } from '../shell/api-error';
import type { Connection } from './log-source';

/** What a failed request means for the page. */
export type Consequence =
  /** The same request may have an answer later. */
  | { readonly kind: 'retry' }
  /** The store has lost bytes: what was loaded may be wrong. */
  | { readonly kind: 'reload' }
  | { readonly kind: 'stop'; readonly connection: Connection };

/** @param isKnown the stream existed before @param wasGone the request before had a 410, too */
export function connectionAfter(error: unknown, isKnown: boolean, wasGone: boolean): Consequence {
  if (!(error instanceof ApiError)) return { kind: 'retry' };
  const { status, code, message, details } = error;
  if (code === 'stream_damaged') return stop({ kind: 'failed', reason: message });
  // A 416 is about a line that may still come.
  if (error.isTemporary || status === 416) return { kind: 'retry' };
  if (code === 'bytes_lost') return { kind: 'reload' };
  if (code === 'stream_replaced')
    return stop({ kind: 'replaced', generation: textOf(details['generation']) });
  if (status === 404) return stop({ kind: isKnown ? 'gone' : 'missing' });
  // It was removed or replaced during the request: the next answer says which.
  if (status === 410) return wasGone ? stop({ kind: 'gone' }) : { kind: 'retry' };
  if (status === 401 || status === 403) return stop({ kind: 'refused', status, reason: message });
  return stop({ kind: 'failed', reason: message });
}

function stop(connection: Connection): Consequence {
  return { kind: 'stop', connection };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
