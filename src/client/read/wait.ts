import { sleep } from '../wire/backoff';
import { notOfLoom } from '../wire/errors';
import { memberOf, membersOf, tryParseJson } from '../wire/json';
import { asOlderServer } from '../wire/older-server';
import { Retries, type RetryOptions } from '../wire/retries';
import { type StateAndOutcome, stateIn } from '../wire/stream-state';
import type { ReadRequests } from './resolve-part';
import { parseStreamLine, type StreamLine } from './stream-line';

/** What to wait for. */
export interface WaitOptions extends RetryOptions {
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
  if (timeoutMs === undefined) return ask(requests, options);
  const timeout = AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1));
  const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  try {
    return await ask(requests, { ...options, signal: either }, performance.now() + timeoutMs);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return undefined;
    throw error;
  }
}

async function ask(
  { endpoint, id, ask: send }: ReadRequests,
  options: WaitOptions,
  deadline = Number.POSITIVE_INFINITY,
): Promise<WaitResult | undefined> {
  const { q, count, create } = options;
  const retries = new Retries(options);
  for (;;) {
    const left = Math.max(1, Math.ceil(Math.min(deadline - performance.now(), REQUEST_MS)));
    const url = endpoint.below(id, 'wait', {
      for: options.for ?? 'closed',
      q,
      count,
      create: create || undefined,
      timeout: `${left}ms`,
    });
    const begun = performance.now();
    try {
      const answer = await send('GET', url, retries.signal);
      retries.succeeded();
      if (answer.status !== 204) return parseWaitResult(answer.text);
      if (performance.now() >= deadline) return undefined;
      // A server that stops answers at once.
      if (performance.now() - begun < left / 2) await sleep(EARLY_MS, retries.signal);
    } catch (error) {
      await retries.failed(asOlderServer(error, 'waits'));
    }
  }
}

function parseWaitResult(text: string): WaitResult {
  const result = tryParseJson(text);
  const state = stateIn(result);
  const { bytes, ...known } = membersOf(result, {
    bytes: 'number',
    reason: 'string',
    exitCode: 'number',
    signal: 'string',
    lines: 'number',
  });
  if (state === undefined || bytes === undefined) throw notOfLoom('state');
  const match = parseStreamLine(memberOf(result, 'match'));
  const holds = memberOf(result, 'holds') === true;
  return { ...state, holds, bytes, ...known, ...(match !== undefined && { match }) };
}
