import { LoomClientError } from './errors';
import { memberOf } from './json';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection lost',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be looked up',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'timed out',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: try http://',
};

/** What a rejected `fetch` meant. The reason is one or two causes deep, and each engine words it its own way. */
export function explainFailure(error: unknown, url: URL): LoomClientError {
  const cause = memberOf(error, 'cause') ?? error;
  // The Fetch standard blocks some ports for good: trying again is of no use.
  if (messageIn(cause) === 'bad port') {
    return new LoomClientError('INVALID', `fetch never connects to port ${url.port}`, { cause: error });
  }
  const code = memberOf(cause, 'code');
  const reason = (typeof code === 'string' ? wordsFor(code) : undefined) ?? messageIn(cause) ?? String(error);
  return new LoomClientError('UNREACHABLE', `no answer from ${url.origin} (${reason})`, { cause: error });
}

/** OpenSSL's own text has addresses and lines of its source. Its code is the reason in words: `ERR_SSL_NO_CIPHER_MATCH`. */
function wordsFor(code: string): string | undefined {
  const [, reason] = /^ERR_SSL_(\w+)$/.exec(code) ?? [];
  return WORDS[code] ?? reason?.toLowerCase().replaceAll('_', ' ');
}

/** No `instanceof`: the error may come from another realm than this code. */
function messageIn(value: unknown): string | undefined {
  const message = memberOf(value, 'message');
  return typeof message === 'string' && message !== '' ? message : undefined;
}
