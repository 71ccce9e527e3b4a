import { notOfLoom } from './errors';
import { memberOf, membersOf, tryParseJson } from './json';
import { type StateAndOutcome, stateIn } from './stream-state';

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
  if (!Array.isArray(entries)) throw notOfLoom('streams');
  const next = memberOf(page, 'next');
  return { streams: entries.map(parseEntry), ...(typeof next === 'string' && { next }) };
}

/** @throws LoomClientError `REFUSED` if the text does not describe a stream */
export function parseListedStream(text: string): ListedStream {
  return parseEntry(tryParseJson(text));
}

function parseEntry(entry: unknown): ListedStream {
  const state = stateIn(entry);
  const { id, bytes, createdAt, updatedAt, contentType, reason } = membersOf(entry, {
    id: 'string',
    bytes: 'number',
    createdAt: 'string',
    updatedAt: 'string',
    contentType: 'string',
    reason: 'string',
  });
  if (id === undefined || state === undefined || bytes === undefined) throw notOfLoom('state');
  return {
    id,
    ...state,
    ...(reason !== undefined && { reason }),
    bytes,
    metadata: memberOf(entry, 'metadata'),
    createdAt: createdAt ?? '',
    updatedAt: updatedAt ?? '',
    contentType: contentType ?? '',
  };
}
