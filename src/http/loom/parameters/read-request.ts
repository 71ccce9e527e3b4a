import type { Bounds, Start } from '../../../core/lines/selection';
import { RequestError } from '../../errors/request-error';
import { assertKnownParameters, singleParameter } from '../../front/query';
import { countParameter } from './count';
import { flagParameter } from './flag';
import { momentParameter } from './moment';
import { offsetParameter } from './signed-offset';

/** What the parameters of a `GET` or `HEAD` of a stream ask for, in whichever format it is answered. */
export interface ReadRequest {
  /** Absent: from the first byte. */
  readonly start?: Start;
  readonly bounds: Bounds;
  /** Only what is stored now. */
  readonly isNotail: boolean;
  /** Each line after its time. */
  readonly hasTimestamps: boolean;
  /** To be saved as a file. */
  readonly isDownload: boolean;
  /** The wire generation of the bytes before the start that the reader has. */
  readonly generation?: string;
}

const STARTS = ['offset', 'line', 'tail', 'since'] as const;
const SIZES = ['length', 'lines'] as const;
const PARAMETERS: readonly string[] = [
  ...STARTS,
  ...SIZES,
  'until',
  'timestamps',
  'download',
  'notail',
  'generation',
  'raw',
];

const PLAIN: ReadRequest = { bounds: {}, isNotail: false, hasTimestamps: false, isDownload: false };

/**
 * @param now Unix milliseconds, from which durations count back
 * @throws RequestError `PARAMETER_INVALID`
 */
export function parseReadRequest(query: URLSearchParams, now: number): ReadRequest {
  if (query.size === 0) return PLAIN;
  assertKnownParameters(query, PARAMETERS);
  assertOneOf(query, STARTS, 'start');
  assertOneOf(query, SIZES, 'bound');
  const start = parseStart(query, now);
  const generation = singleParameter(query, 'generation');
  // Its answer is the same: it only says that a browser does not want the page (`http/web`).
  flagParameter(query, 'raw');
  return {
    ...(start !== undefined && { start }),
    bounds: parseBounds(query, now),
    // Any value: `?notail=false` has always been a `notail`.
    isNotail: singleParameter(query, 'notail') !== undefined,
    hasTimestamps: flagParameter(query, 'timestamps'),
    isDownload: flagParameter(query, 'download'),
    ...(generation !== undefined && { generation }),
  };
}

/** Whether the answer is a selection by anything else than an offset that is committed. */
export function isSelective({ start, bounds }: ReadRequest): boolean {
  return start !== undefined || hasBounds(bounds);
}

export function hasBounds({ until, length, lines }: Bounds): boolean {
  return until !== undefined || length !== undefined || lines !== undefined;
}

function parseStart(query: URLSearchParams, now: number): Start | undefined {
  const offset = offsetParameter(query);
  if (offset !== undefined) return { kind: 'offset', offset };
  const line = countParameter(query, 'line', { min: 1 });
  if (line !== undefined) return { kind: 'line', line };
  const lines = countParameter(query, 'tail', { min: 0 });
  if (lines !== undefined) return { kind: 'tail', lines };
  const at = momentParameter(query, 'since', now);
  return at === undefined ? undefined : { kind: 'since', at };
}

function parseBounds(query: URLSearchParams, now: number): Bounds {
  const until = momentParameter(query, 'until', now);
  const length = countParameter(query, 'length', { min: 0 });
  const lines = countParameter(query, 'lines', { min: 0 });
  return {
    ...(until !== undefined && { until }),
    ...(length !== undefined && { length }),
    ...(lines !== undefined && { lines }),
  };
}

function assertOneOf(query: URLSearchParams, names: readonly string[], what: string): void {
  const [one, other] = names.filter((name) => query.has(name));
  if (other === undefined) return;
  throw new RequestError(
    'PARAMETER_INVALID',
    `${one} and ${other} are both given: only one ${what} is allowed (${names.join(', ')})`,
  );
}
