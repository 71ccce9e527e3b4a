import { LoomClientError } from './errors';
import { memberOf, tryParseJson } from './json';
import { parseOutcomeKind, parseState, type StateAndOutcome } from './stream-state';

/** One stream in the server's list or `/info`. */
export interface ListedStream extends StateAndOutcome {
  readonly id: string;
  /** The reason of an aborted stream. */
  readonly reason?: string;
  readonly bytes: number;
  readonly metadata: unknown;
  /** An RFC 3339 date, as is `updatedAt`. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly contentType: string;
}

interface ListedPage {
  readonly streams: readonly ListedStream[];
  readonly next?: string;
}

/** @throws LoomClientError `REFUSED` if the text is not a list of streams */
export function parseListedPage(text: string): ListedPage {
  const page = tryParseJson(text);
  const entries = memberOf(page, 'streams');
  if (!Array.isArray(entries)) throw notAList();
  const next = memberOf(page, 'next');
  return { streams: entries.map(parseEntry), ...(typeof next === 'string' && { next }) };
}

/** @throws LoomClientError `REFUSED` if the text does not describe a stream */
export function parseListedStream(text: string): ListedStream {
  return parseEntry(tryParseJson(text));
}

function parseEntry(entry: unknown): ListedStream {
  const id = memberOf(entry, 'id');
  const state = parseState(memberOf(entry, 'state'));
  const bytes = memberOf(entry, 'bytes');
  if (typeof id !== 'string' || state === undefined || typeof bytes !== 'number') {
    throw new LoomClientError('REFUSED', 'the answer does not describe a stream');
  }
  const outcome = parseOutcomeKind(memberOf(entry, 'outcome'));
  const reason = memberOf(entry, 'reason');
  return {
    id,
    state,
    ...(outcome !== undefined && { outcome }),
    ...(typeof reason === 'string' && { reason }),
    bytes,
    metadata: memberOf(entry, 'metadata'),
    createdAt: String(memberOf(entry, 'createdAt') ?? ''),
    updatedAt: String(memberOf(entry, 'updatedAt') ?? ''),
    contentType: String(memberOf(entry, 'contentType') ?? ''),
  };
}

function notAList(): LoomClientError {
  return new LoomClientError('REFUSED', 'the answer is not a list of streams');
}
