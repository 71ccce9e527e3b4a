import { Backoff, type BackoffOptions } from '../wire/backoff';
import type { Endpoint } from '../wire/endpoint';
import { isClientError, LoomClientError } from '../wire/errors';
import { asOlderServer } from '../wire/older-server';
import { RequestTimeout } from '../wire/request-timeout';
import { assertSuccess } from '../wire/response';

/** The form of a digest: an object for programs, or text for a comment or a summary. */
export type DigestForm = 'json' | 'markdown';

export interface DigestOptions extends BackoffOptions {
  /** Default `json`. */
  readonly form?: DigestForm;
  /** How long one answer may take. The server reads the whole stream. Default 5 minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TYPES: Readonly<Record<DigestForm, string>> = { json: 'application/json', markdown: 'text/markdown' };
/** Too many searches, or a store that is away: that passes. */
const BUSY: readonly number[] = [429, 503];
const TIMEOUT_MS = 5 * 60_000;

/**
 * Asks for the digest of a stream. Where the server runs as many searches as it may, it asks again.
 * @returns the text of the answer: an object of JSON, or Markdown
 * @throws LoomClientError; the signal's reason
 */
export async function digestOf(
  endpoint: Endpoint,
  id: string,
  { signal = new AbortController().signal, form = 'json', timeoutMs = TIMEOUT_MS, ...options }: DigestOptions,
): Promise<string> {
  // The server does not know the prefix that a proxy takes off the path.
  const url = endpoint.below(id, 'digest', { url: endpoint.url('').href });
  const backoff = new Backoff(options);
  for (;;) {
    try {
      return await ask(endpoint, url, TYPES[form], timeoutMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isClientError(error) || !BUSY.includes(error.status ?? 0)) throw asOlderServer(error, 'digests');
      await backoff.wait(error, signal);
    }
  }
}

async function ask(
  endpoint: Endpoint,
  url: URL,
  type: string,
  timeoutMs: number,
  outer: AbortSignal,
): Promise<string> {
  const timeout = new RequestTimeout(
    outer,
    timeoutMs,
    () => new LoomClientError('UNREACHABLE', `no answer from the server for ${timeoutMs / 1_000} s`),
  );
  try {
    const { signal } = timeout;
    const answer = await endpoint.requestBuffered('GET', url, { signal, headers: { Accept: type } });
    assertSuccess(answer);
    return answer.text;
  } finally {
    timeout.end();
  }
}
