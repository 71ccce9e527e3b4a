import { Backoff } from '../wire/backoff';
import type { Endpoint, Query } from '../wire/endpoint';
import { isRetryable, LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';
import { assertNdjson, NdjsonSplitter } from '../wire/ndjson';
import { asOlderServer } from '../wire/older-server';
import type { SearchEnd } from './line-match';
import type { MatchOptions, SearchTarget } from './match-options';

/** What one object of an answer has: an item that is new, the end of the answer, or of one stream. */
interface SearchObject<T> {
  readonly item?: T | undefined;
  readonly end?: SearchEnd;
}

/** What a search asks for, and what it takes from the answers. */
export interface SearchProgress<T> {
  /** The query of the next request; `undefined` if no more is wanted. */
  nextQuery(): Query | undefined;
  /** Takes an object of an answer. An earlier answer, which broke off, may have had the same. @throws LoomClientError `REFUSED` */
  take(object: unknown): SearchObject<T>;
  /** The answer is complete, and the next one begins there. */
  continueAt(next: string): void;
}

/** Yields the items of a search, request by request. After a lost connection it asks again. @throws LoomClientError; the signal's reason */
export async function* searchAnswers<T>(
  endpoint: Endpoint,
  target: SearchTarget,
  options: MatchOptions,
  progress: SearchProgress<T>,
): AsyncGenerator<T, void> {
  const { signal = new AbortController().signal, onEvent } = options;
  const backoff = new Backoff(options);
  let failing = false;
  const opened = (headers: Headers): void => {
    assertNdjson(headers, 'searches');
    backoff.succeeded();
    if (failing) onEvent?.({ kind: 'resumed' });
    failing = false;
  };
  for (let query = progress.nextQuery(); query !== undefined; query = progress.nextQuery()) {
    try {
      const end = yield* answer(endpoint, urlOf(endpoint, target, query), options, progress, opened);
      if (end === 'silent') continue;
      if (end.error !== undefined) throw new LoomClientError('REFUSED', end.error);
      if (end.next === undefined) return;
      progress.continueAt(end.next);
    } catch (error) {
      signal.throwIfAborted();
      if (!isRetryable(error)) throw asOlderServer(error, 'searches');
      failing = true;
      onEvent?.({ kind: 'retrying', failure: error });
      await backoff.wait(error, signal);
    }
  }
}

/** Yields the new items of one answer. */
async function* answer<T>(
  endpoint: Endpoint,
  url: URL,
  { signal, silenceMs = 120_000, onUnreadable }: MatchOptions,
  progress: SearchProgress<T>,
  onOpen: (headers: Headers) => void,
): AsyncGenerator<T, SearchEnd | 'silent'> {
  const json = new NdjsonSplitter();
  const pieces = liveBody(endpoint, url, { signal, silenceMs, onOpen });
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      if (done && value === 'silent') return 'silent';
      if (done) throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
      for (const object of json.push(value)) {
        const { item, end } = progress.take(object);
        if (item !== undefined) yield item;
        if (end === undefined) continue;
        if (end.id === undefined) return end;
        const failure = new LoomClientError('BYTES_LOST', end.error);
        if (onUnreadable === undefined) throw failure;
        onUnreadable(end.id, failure);
      }
    }
  } finally {
    // Closes the connection if the caller stops early.
    await pieces.return('ended');
  }
}

function urlOf(endpoint: Endpoint, target: SearchTarget, query: Query): URL {
  return typeof target === 'string'
    ? endpoint.below(target, 'matches', query)
    : endpoint.url('/matches', { prefix: target.prefix, ...query });
}
