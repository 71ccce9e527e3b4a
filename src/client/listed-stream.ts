import { LoomClientError } from './errors';
import { memberOf, tryParseJson } from './json';
import { parseOutcomeKind, parseState, type StateAndOutcome } from './stream-state';

/** A stream as the server's list and `/info` show it. */
export interface ListedStream extends StateAndOutcome {
  readonly id: string;
  /** Why an aborted stream was aborted. */
  readonly reason?: string;
  readonly bytes: number;
  readonly metadata: unknown;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly contentType: string;
}

export interface ListedPage {
  readonly streams: readonly ListedStream[];
  readonly next?: string;
}

/** @throws LoomClientError `REFUSED` when that is no list */
export function parseListedPage(text: string): ListedPage {
  const page = tryParseJson(text);
  const entries = memberOf(page, 'streams');
  if (!Array.isArray(entries)) throw notAList();
  const next = memberOf(page, 'next');
  return { streams: entries.map(parseEntry), ...(typeof next === 'string' && { next }) };
}

/** @throws LoomClientError `REFUSED` when that is not the description of a stream */
export function parseListedStream(text: string): ListedStream {
  return parseEntry(tryParseJson(text));
}

function parseEntry(entry: unknown): ListedStream {
  const id = memberOf(entry, 'id');
  const state = parseState(memberOf(entry, 'state'));
  const bytes = memberOf(entry, 'bytes');
  if (typeof id !== 'string' || state === undefined || typeof bytes !== 'number') {
    throw new LoomClientError('REFUSED', 'the server did not describe a stream');
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
  return new LoomClientError('REFUSED', 'the server did not answer with a list of streams');
}
