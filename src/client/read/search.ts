import type { Endpoint, Query } from '../wire/endpoint';
import { LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';
import { assertNdjson, NdjsonSplitter } from '../wire/ndjson';
import { asOlderServer } from '../wire/older-server';
import { Retries, type RetryOptions } from '../wire/retries';
import { parseSearchEnd, type SearchEnd } from './line-match';

/** One stream by its id, or all that begin with a prefix. */
export type SearchTarget = string | { readonly prefix: string };

/** Which lines a search finds, and how it reconnects. */
export interface SearchOptions extends RetryOptions {
  readonly ignoreCase?: boolean;
  /** The text is a regular expression of JavaScript. */
  readonly regex?: boolean;
  /** Finds the lines that do not match. */
  readonly invert?: boolean;
  /** The first line to search. Only in one stream. */
  readonly line?: number;
  /** A connection without data is renewed after this time. Default 120,000. */
  readonly silenceMs?: number;
  /** Called for a stream that cannot be searched, among several. Default: the search ends with the error. */
  readonly onUnreadable?: (id: string, failure: LoomClientError) => void;
}

/** What one search has found, over any number of requests. */
export interface SearchResult<T> {
  /** What the next request adds to its URL; `undefined` if enough was found. */
  readonly query: Query | undefined;
  /** Takes an object of an answer. @returns what it adds to the result @throws LoomClientError */
  take(object: unknown): T | undefined;
  /** Continues behind a complete answer. */
  continueAt(next: string): void;
}

/** Yields what the answers add to `result`. After a lost connection it continues behind that. @throws LoomClientError; the signal's reason */
export async function* search<T>(
  { endpoint, target, q }: { readonly endpoint: Endpoint; readonly target: SearchTarget; readonly q: string },
  options: SearchOptions,
  result: SearchResult<T>,
): AsyncGenerator<T, void> {
  const retries = new Retries(options);
  for (let { query } = result; query !== undefined; query = result.query) {
    const all = { q, ...flagsOf(options), ...query };
    const url =
      typeof target === 'string'
        ? endpoint.below(target, 'matches', all)
        : endpoint.url('/matches', { prefix: target.prefix, ...all });
    try {
      const end = yield* answer(endpoint, url, options, result, () => retries.succeeded());
      if (end === 'silent') continue;
      if (end.error !== undefined) throw new LoomClientError('REFUSED', end.error);
      if (end.next === undefined) return;
      result.continueAt(end.next);
    } catch (error) {
      await retries.failed(asOlderServer(error, 'searches'));
    }
  }
}

/** Yields what one answer adds. @returns its last object */
async function* answer<T>(
  endpoint: Endpoint,
  url: URL,
  { signal, silenceMs = 120_000, onUnreadable }: SearchOptions,
  result: SearchResult<T>,
  opened: () => void,
): AsyncGenerator<T, SearchEnd | 'silent'> {
  const json = new NdjsonSplitter();
  const onOpen = (headers: Headers): void => {
    assertNdjson(headers, 'searches');
    opened();
  };
  const end = yield* liveBody(endpoint, url, { signal, silenceMs, onOpen }, take);
  if (end === 'ended') throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
  return end;

  function* take(piece: Uint8Array): Generator<T, SearchEnd | undefined> {
    for (const object of json.push(piece)) {
      const about = parseSearchEnd(object);
      const found = about?.error === undefined ? result.take(object) : undefined;
      if (found !== undefined) yield found;
      if (about !== undefined && about.id === undefined) return about;
      if (about?.id !== undefined && about.error !== undefined)
        reportUnreadable(about.id, about.error, onUnreadable);
    }
    return undefined;
  }
}

function reportUnreadable(id: string, error: string, onUnreadable: SearchOptions['onUnreadable']): void {
  const failure = new LoomClientError('BYTES_LOST', error);
  if (onUnreadable === undefined) throw failure;
  onUnreadable(id, failure);
}

function flagsOf({ ignoreCase, regex, invert }: SearchOptions): Query {
  return { ignoreCase: ignoreCase || undefined, regex: regex || undefined, invert: invert || undefined };
}
