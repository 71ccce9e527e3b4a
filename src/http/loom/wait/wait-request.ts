import type { LineQuery } from '../../../core/search/searches';
import { RequestError } from '../../errors/request-error';
import { assertKnownParameters, parameterInvalid, singleParameter } from '../../front/query';
import { countParameter } from '../parameters/count';
import { flagParameter } from '../parameters/flag';
import { searchedText } from '../parameters/search-request';

/** What a client waits for. */
export type Awaited =
  | { readonly kind: 'closed' }
  | { readonly kind: 'bytes'; readonly count: number }
  | { readonly kind: 'line'; readonly count: number }
  /** The `count`th line that matches. */
  | { readonly kind: 'match'; readonly count: number; readonly query: LineQuery };

/** A long poll for something in a stream. */
export interface WaitRequest {
  readonly awaited: Awaited;
  readonly timeoutMs: number;
  /** A stream that does not exist is waited for as well. */
  readonly mayBeCreated: boolean;
}

const PARAMETERS = ['for', 'q', 'count', 'timeout', 'create'];
const TIMEOUT_MS = 30_000;
const TIMEOUT_MS_MAX = 300_000;
const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/;
const UNITS_MS = { ms: 1, s: 1_000, m: 60_000 } as const;

/** @throws RequestError `PARAMETER_INVALID` */
export function parseWaitRequest(query: URLSearchParams): WaitRequest {
  assertKnownParameters(query, PARAMETERS);
  return {
    awaited: parseAwaited(query),
    timeoutMs: parseTimeout(singleParameter(query, 'timeout')),
    mayBeCreated: flagParameter(query, 'create'),
  };
}

function parseAwaited(query: URLSearchParams): Awaited {
  const raw = singleParameter(query, 'for') ?? 'closed';
  const count = countParameter(query, 'count', { min: 1 });
  if (raw !== 'closed' && raw !== 'line' && raw !== 'bytes')
    throw parameterInvalid('for', raw, 'must be closed, line or bytes');
  if (raw !== 'line' && query.has('q'))
    throw new RequestError('PARAMETER_INVALID', `q does not go with for=${raw}, but with for=line`);
  if (raw === 'closed') {
    if (count === undefined) return { kind: 'closed' };
    throw new RequestError('PARAMETER_INVALID', 'count does not go with for=closed, but with line and bytes');
  }
  if (query.has('q')) return { kind: 'match', count: count ?? 1, query: { text: searchedText(query) } };
  return { kind: raw, count: count ?? 1 };
}

function parseTimeout(raw: string | undefined): number {
  if (raw === undefined) return TIMEOUT_MS;
  const [, count, unit = 's'] = DURATION.exec(raw) ?? [];
  const isUnit = unit === 'ms' || unit === 's' || unit === 'm';
  const ms = count === undefined || !isUnit ? Number.NaN : Math.round(Number(count) * UNITS_MS[unit]);
  if (!(ms <= TIMEOUT_MS_MAX))
    throw parameterInvalid('timeout', raw, 'must be 0 to 5m, such as 30s, 500ms or 30');
  return ms;
}
