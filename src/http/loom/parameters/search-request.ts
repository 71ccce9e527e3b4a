import { LITERAL_BYTES_MAX } from '../../../core/lines/line-scanner';
import type { LineQuery } from '../../../core/search/searches';
import { RequestError } from '../../errors/request-error';
import { assertKnownParameters, parameterInvalid, singleParameter } from '../../front/query';
import { countParameter } from './count';
import { flagParameter } from './flag';

/** What the parameters of a search ask for, of one stream or of many. */
export interface SearchRequest {
  readonly query: LineQuery;
  /** How many lines before and after each match. */
  readonly context: number;
  /** How many matches. */
  readonly limit: number;
  /** The matches are only counted. */
  readonly countsOnly: boolean;
}

const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 10_000;
const CONTEXT_MAX = 20;
/** What the bytes of a URL become that are not UTF-8. */
const NOT_UTF8 = '\uFFFD';

const PARAMETERS: readonly string[] = ['q', 'ignoreCase', 'regex', 'invert', 'context', 'limit', 'count'];

/** What says which matches are sent, and how: nothing of that goes with `count`. */
const NOT_WITH_COUNT: readonly string[] = ['context', 'limit', 'follow'];

/**
 * @param more the other parameters that the path takes
 * @throws RequestError `PARAMETER_INVALID`
 */
export function parseSearchRequest(query: URLSearchParams, more: readonly string[]): SearchRequest {
  assertKnownParameters(query, [...PARAMETERS, ...more]);
  const countsOnly = flagParameter(query, 'count');
  if (countsOnly) assertOnlyCounts(query);
  return {
    query: {
      text: searchedText(query),
      ignoreCase: flagParameter(query, 'ignoreCase'),
      isRegex: flagParameter(query, 'regex'),
      isInverted: flagParameter(query, 'invert'),
    },
    context: countParameter(query, 'context', { min: 0, max: CONTEXT_MAX }) ?? 0,
    limit: countParameter(query, 'limit', { min: 1, max: LIMIT_MAX }) ?? LIMIT_DEFAULT,
    countsOnly,
  };
}

function assertOnlyCounts(query: URLSearchParams): void {
  const other = NOT_WITH_COUNT.find((name) => query.has(name));
  if (other !== undefined) throw new RequestError('PARAMETER_INVALID', `${other} does not go with count`);
}

/** The text `q`, which has to be there. @throws RequestError `PARAMETER_INVALID` */
export function searchedText(query: URLSearchParams): string {
  const text = singleParameter(query, 'q');
  if (text === undefined)
    throw new RequestError('PARAMETER_INVALID', 'q is missing: it is what to search for');
  const bytes = Buffer.byteLength(text);
  if (bytes < 1 || bytes > LITERAL_BYTES_MAX)
    throw parameterInvalid('q', text, `must have 1 to ${LITERAL_BYTES_MAX} bytes`);
  if (text.includes('\n')) throw parameterInvalid('q', text, 'must not have a line feed, as no line has one');
  if (text.includes(NOT_UTF8)) throw parameterInvalid('q', text, 'must be UTF-8 without U+FFFD');
  return text;
}
