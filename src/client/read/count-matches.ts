import { Backoff } from '../wire/backoff';
import type { Endpoint, Query } from '../wire/endpoint';
import { isClientError, isRetryable, LoomClientError } from '../wire/errors';
import { liveBody } from '../wire/live-body';
import { assertNdjson, NdjsonSplitter } from '../wire/ndjson';
import { asOlderServer } from '../wire/older-server';
import { parseSearchEnd, parseStreamMatches, type SearchEnd, type StreamMatches } from './line-match';
import { findMatches, type MatchOptions, parametersOf, type SearchTarget, urlOf } from './matches';

/** Which lines are counted. */
export type CountOptions = Omit<MatchOptions, 'context' | 'limit' | 'follow'>;

/**
 * Yields how many lines match: of one stream in any case, of several those in which there are any. The matches are not transferred.
 * @throws LoomClientError; the signal's reason
 */
export async function* countMatches(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: CountOptions,
): AsyncGenerator<StreamMatches, void> {
  const { signal = new AbortController().signal, onEvent } = options;
  const backoff = new Backoff(options);
  const known = new Set<string>();
  let cursor: string | undefined;
  let failing = false;
  for (;;) {
    try {
      const query: Query = { ...parametersOf(q, options), count: true, line: options.line, cursor };
      const end = yield* answer(endpoint, target, urlOf(endpoint, target, query), options, known);
      backoff.succeeded();
      if (failing) onEvent?.({ kind: 'resumed' });
      failing = false;
      if (end === 'silent') continue;
      if (end.error !== undefined) throw new LoomClientError('REFUSED', end.error);
      if (end.next === undefined) return;
      cursor = end.next;
      known.clear();
    } catch (error) {
      signal.throwIfAborted();
      if (lacksCounts(error)) return yield* countFound(endpoint, target, q, options);
      if (!isRetryable(error)) throw asOlderServer(error, 'searches');
      failing = true;
      onEvent?.({ kind: 'retrying', failure: error });
      await backoff.wait(error, signal);
    }
  }
}

/** @param known the streams of an answer that broke off, which are not yielded again */
async function* answer(
  endpoint: Endpoint,
  target: SearchTarget,
  url: URL,
  { signal, silenceMs = 120_000, onUnreadable }: CountOptions,
  known: Set<string>,
): AsyncGenerator<StreamMatches, SearchEnd | 'silent'> {
  const json = new NdjsonSplitter();
  const onOpen = (headers: Headers): void => assertNdjson(headers, 'searches');
  const pieces = liveBody(endpoint, url, { signal, silenceMs, onOpen });
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      if (done && value === 'silent') return 'silent';
      if (done) throw new LoomClientError('UNREACHABLE', 'the server closed the connection');
      for (const object of json.push(value)) {
        const end = parseSearchEnd(object);
        const counted = parseStreamMatches(object, typeof target === 'string' ? target : end.id);
        if (end.error === undefined && counted !== undefined && !known.has(counted.id)) {
          known.add(counted.id);
          yield counted;
        }
        if (end.id === undefined) return end;
        if (end.error === undefined) continue;
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

/** An older server refuses the parameter. */
function lacksCounts(error: unknown): boolean {
  return (
    isClientError(error) &&
    error.answerCode === 'parameter_invalid' &&
    error.message.includes('no parameter "count"')
  );
}

/** Counts what is sent. */
async function* countFound(
  endpoint: Endpoint,
  target: SearchTarget,
  q: string,
  options: CountOptions,
): AsyncGenerator<StreamMatches, void> {
  const counts = new Map<string, number>(typeof target === 'string' ? [[target, 0]] : []);
  for await (const { id = typeof target === 'string' ? target : '' } of findMatches(
    endpoint,
    target,
    q,
    options,
  ))
    counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, matches] of counts) yield { id, matches };
}
