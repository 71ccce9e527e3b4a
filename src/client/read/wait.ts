import { Backoff, type BackoffOptions, sleep } from '../wire/backoff';
import type { ConnectionEvent } from '../wire/connection-event';
import { isRetryable, LoomClientError } from '../wire/errors';
import { memberOf, tryParseJson } from '../wire/json';
import { asOlderServer } from '../wire/older-server';
import { parseOutcomeKind, parseState, type StateAndOutcome } from '../wire/stream-state';
import type { ReadRequests } from './resolve-part';
import { parseStreamLine, type StreamLine } from './stream-line';

/** What to wait for. */
export interface WaitOptions extends BackoffOptions {
  /** The end of the stream, lines or bytes. Default `closed`. */
  readonly for?: 'closed' | 'line' | 'bytes';
  /** Lines that contain this text. */
  readonly q?: string;
  /** How many lines or bytes. Default 1. */
  readonly count?: number;
  /** How long. Default: forever. */
  readonly timeoutMs?: number;
  /** Waits also for a stream that does not exist yet. */
  readonly create?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

/** A stream when what was waited for holds, or cannot hold any more because the stream is closed. */
export interface WaitResult extends StateAndOutcome {
  /** Whether it is as was waited for. Otherwise the stream is closed, so that it can never be. */
  readonly holds: boolean;
  /** The reason of an aborted stream. */
  readonly reason?: string;
  /** What `stream run` has written into the metadata. */
  readonly exitCode?: number;
  readonly signal?: string;
  readonly bytes: number;
  readonly lines?: number;
  /** The line that was waited for. */
  readonly match?: StreamLine;
}

/** How long one request waits. Proxies often end a quiet one after a minute. */
const REQUEST_MS = 25_000;

/** How long after an answer that came too early. */
const EARLY_MS = 200;

/** @returns `undefined` after the timeout @throws LoomClientError; the signal's reason when it aborts */
export async function waitForStream(
  requests: ReadRequests,
  options: WaitOptions,
): Promise<WaitResult | undefined> {
  const { timeoutMs, signal } = options;
  if (timeoutMs === undefined)
    return ask(requests, options, signal ?? new AbortController().signal, undefined);
  const timeout = AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1));
  const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  try {
    return await ask(requests, options, either, performance.now() + timeoutMs);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return undefined;
    throw error;
  }
}

async function ask(
  { endpoint, id, ask: send }: ReadRequests,
  options: WaitOptions,
  signal: AbortSignal,
  deadline = Number.POSITIVE_INFINITY,
): Promise<WaitResult | undefined> {
  const { q, count, create, onEvent } = options;
  const backoff = new Backoff(options);
  let failing = false;
  for (;;) {
    const left = Math.max(1, Math.ceil(Math.min(deadline - performance.now(), REQUEST_MS)));
    const url = endpoint.below(id, 'wait', {
      for: options.for ?? 'closed',
      q,
      count,
      create: create ? true : undefined,
      timeout: `${left}ms`,
    });
    const begun = performance.now();
    try {
      const answer = await send('GET', url, signal);
      backoff.succeeded();
      if (failing) onEvent?.({ kind: 'resumed' });
      failing = false;
      if (answer.status !== 204) return parseWaitResult(answer.text);
      if (performance.now() >= deadline) return undefined;
      // A server that stops answers at once.
      if (performance.now() - begun < left / 2) await sleep(EARLY_MS, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isRetryable(error)) throw asOlderServer(error, 'waits');
      failing = true;
      onEvent?.({ kind: 'retrying', failure: error });
      await backoff.wait(error, signal);
    }
  }
}

function parseWaitResult(text: string): WaitResult {
  const result = tryParseJson(text);
  const state = parseState(memberOf(result, 'state'));
  const bytes = memberOf(result, 'bytes');
  if (state === undefined || typeof bytes !== 'number')
    throw new LoomClientError('REFUSED', 'the answer does not describe a stream');
  const outcome = parseOutcomeKind(memberOf(result, 'outcome'));
  const reason = memberOf(result, 'reason');
  const [exitCode, signal, lines] = [
    memberOf(result, 'exitCode'),
    memberOf(result, 'signal'),
    memberOf(result, 'lines'),
  ];
  const match = parseStreamLine(memberOf(result, 'match'));
  return {
    state,
    holds: memberOf(result, 'holds') === true,
    ...(typeof reason === 'string' && { reason }),
    ...(outcome !== undefined && { outcome }),
    ...(typeof exitCode === 'number' && { exitCode }),
    ...(typeof signal === 'string' && { signal }),
    bytes,
    ...(typeof lines === 'number' && { lines }),
    ...(match !== undefined && { match }),
  };
}
