import { UsageError } from './usage-error';

/** What an address on the command line names: a server, or a stream of it. */
export interface StreamAddress {
  /** The server's URL. */
  readonly url: string;
  /** The stream's id, if it is the address of a stream. */
  readonly id?: string;
  /** The token that a link of the web pages brings along. */
  readonly token?: string;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const HOST_AND_PORT = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?):\d{1,5}(?:[/?#].*)?$/i;
/** A host that is not the beginning of an id such as `build:42`. */
const PLAIN_HOST = /^(?:\[[0-9a-f:.]+\]|localhost|\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}(?:[/?#].*)?$/i;
/** The path of a stream, below any prefix. */
const STREAM = /^(.*)\/stream\/([^/]+)\/?$/;
/** The parameters of a stream's page: where it opens. They are not those of a command. */
const PAGE_PARAMETERS: readonly string[] = ['t', 'q', 'case', 'regex', 'raw', 'access_token'];

/** Whether the word cannot be anything but an address. */
export function isAddress(word: string): boolean {
  return /^https?:\/\//i.test(word) || PLAIN_HOST.test(word) || isStreamAddress(word);
}

/** Whether the word may be an address where one is expected. */
export function mayBeAddress(word: string): boolean {
  return SCHEME.test(word) || HOST_AND_PORT.test(word);
}

/** Whether the word is the address of a stream. */
export function isStreamAddress(word: string): boolean {
  const isHttp = /^https?:\/\//i.test(word) || HOST_AND_PORT.test(word);
  return isHttp && URL.canParse(withScheme(word)) && STREAM.test(new URL(withScheme(word)).pathname);
}

/** @returns the address of the stream that was meant, if the path goes on behind an ID */
export function meantStreamUrl(address: string): string | undefined {
  const [, before, id] = /^(.*?\/stream\/)(.+\/.+)$/.exec(address) ?? [];
  return id === undefined ? undefined : `${before}${id.replace(/\/+$/, '').replaceAll('/', '%2F')}`;
}

/** Parses the address of a server or of a stream. `host:port` means http. @param what its name in errors @throws UsageError */
export function parseAddress(word: string, what = ''): StreamAddress {
  const text = withScheme(word);
  const of = what === '' ? '' : `${what} is `;
  if (!SCHEME.test(text)) throw new UsageError(`${of}not a URL: ${word} (such as http://localhost:3060)`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${of}not an http:// or https:// URL: ${word}`);
  // The sentence quotes neither: they may be secret.
  if (url.username + url.password !== '')
    throw new UsageError(
      `${what || 'the URL'} has a user name or a password, which Loom does not know: give a token with --token or LOOM_TOKEN`,
    );
  const token = takeToken(url);
  const [, prefix, segment] = STREAM.exec(url.pathname) ?? [];
  if (prefix === undefined || segment === undefined)
    return { url: url.href, ...(token !== undefined && { token }) };
  assertPageParameters(url);
  url.pathname = prefix;
  url.search = '';
  url.hash = '';
  return { url: url.href, id: decodeId(segment), ...(token !== undefined && { token }) };
}

function withScheme(word: string): string {
  return !SCHEME.test(word) && HOST_AND_PORT.test(word) ? `http://${word}` : word;
}

/** A link may bring a token along: `#token=…`, `#L120&token=…`. */
function takeToken(url: URL): string | undefined {
  const parts = url.hash.slice(1).split('&');
  const token = parts.find((part) => part.startsWith('token='))?.slice('token='.length);
  if (token === undefined) return url.searchParams.get('access_token') ?? undefined;
  url.hash = parts.filter((part) => !part.startsWith('token=')).join('&');
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

function assertPageParameters(url: URL): void {
  const unknown = [...url.searchParams.keys()].find((name) => !PAGE_PARAMETERS.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `the URL has the parameter "${unknown}": leave it out, and use the options of the command`,
  );
}

function decodeId(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new UsageError(`the ID in the URL has a malformed percent escape: ${segment}`);
  }
}
