import type { BackoffOptions } from '../wire/backoff';
import { isClientError } from '../wire/errors';
import { asOlderServer } from '../wire/older-server';
import { Retries } from '../wire/retries';
import type { ReadRequests } from './resolve-part';

/** The form of a digest: an object for programs, or text for a comment or a summary. */
export type DigestForm = 'json' | 'markdown';

export interface DigestOptions extends BackoffOptions {
  /** Default `json`. */
  readonly form?: DigestForm;
  /** How long one answer may take. The server reads the whole stream. Default 5 minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const TYPES: Readonly<Record<DigestForm, string>> = { json: 'application/json', markdown: 'text/markdown' };
/** Too many searches, or a store that is away: that passes. */
const BUSY = /^(?:429|503)$/;

/**
 * Asks for the digest of a stream. Where the server runs as many searches as it may, it asks again.
 * @returns the text of the answer: an object of JSON, or Markdown
 * @throws LoomClientError; the signal's reason
 */
export async function digestOf({ endpoint, id, ask }: ReadRequests, options: DigestOptions): Promise<string> {
  // The server does not know the prefix that a proxy takes off the path.
  const url = endpoint.below(id, 'digest', { url: endpoint.url('').href });
  const { form = 'json', timeoutMs = 300_000 } = options;
  const retries = new Retries(options);
  for (;;) {
    try {
      return (await ask('GET', url, retries.signal, { Accept: TYPES[form] }, timeoutMs)).text;
    } catch (error) {
      retries.signal.throwIfAborted();
      if (!isClientError(error) || !BUSY.test(String(error.status))) throw asOlderServer(error, 'digests');
      await retries.failed(error);
    }
  }
}
