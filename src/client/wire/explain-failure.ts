import { LoomClientError } from './errors';
import { memberOf } from './json';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection lost',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the host name cannot be resolved',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'timed out',
};

/** OpenSSL got something that is not TLS. */
const NOT_TLS: ReadonlySet<unknown> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);

/** Explains a rejected `fetch`. The reason is one or two causes deep, and each engine has its own text. */
export function explainFailure(error: unknown, url: URL): LoomClientError {
  const cause = memberOf(error, 'cause') ?? error;
  // The Fetch standard blocks some ports: a retry cannot help.
  if (messageIn(cause) === 'bad port') {
    const message = `port ${url.port} is one to which browsers and this client never connect: the server needs another one`;
    return new LoomClientError('INVALID', message, { cause: error });
  }
  const code = memberOf(cause, 'code');
  if (NOT_TLS.has(code)) {
    const message = `the server at ${url.host} does not use TLS: use http:// in place of https://`;
    return new LoomClientError('INVALID', message, { cause: error });
  }
  const reason = (typeof code === 'string' ? wordsFor(code) : undefined) ?? messageIn(cause) ?? String(error);
  return new LoomClientError('UNREACHABLE', `no answer from ${url.origin} (${reason})`, { cause: error });
}

/** Reads the reason from an OpenSSL code, such as `ERR_SSL_NO_CIPHER_MATCH`. OpenSSL's own message quotes its source lines. */
function wordsFor(code: string): string | undefined {
  const [, reason] = /^ERR_SSL_(\w+)$/.exec(code) ?? [];
  return WORDS[code] ?? reason?.toLowerCase().replaceAll('_', ' ');
}

/** Does not use `instanceof`: the error may come from another realm. */
function messageIn(value: unknown): string | undefined {
  const message = memberOf(value, 'message');
  return typeof message === 'string' && message !== '' ? message : undefined;
}
