import { isClientError, LoomClientError } from './errors';
import { explainFailure } from './explain-failure';
import { type BufferedResponse, readResponse } from './response';

type Fetch = typeof globalThis.fetch;
/** The query parameters of a URL: `true` adds a name without a value, `undefined` adds nothing. */
export type Query = Readonly<Record<string, string | number | true | undefined>>;
/** The options of one request. */
type RequestOptions = Omit<RequestInit, 'method' | 'redirect' | 'signal'> & {
  readonly signal: AbortSignal;
};

export interface EndpointOptions {
  /** For example `http://host:3060` or `https://example.org/loom/`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  readonly fetch?: Fetch;
}

/** An id that a proxy may decode: the path is then that of another stream. A prefix of the server's URL may have such a segment, too. */
const ESCAPED_ID = /\/stream\/([^/]*%[^/]*)(?!.*\/stream\/)/;

/** One server: builds the URLs of its resources and sends requests. */
export class Endpoint {
  readonly #base: string;
  readonly #token: string | undefined;
  readonly #fetch: Fetch;

  /** @throws LoomClientError `INVALID` */
  constructor({ url, token, fetch = globalThis.fetch }: EndpointOptions) {
    this.#base = parseBase(url);
    this.#token = token === undefined || token === '' ? undefined : checkedToken(token);
    // Browsers reject `fetch` if it is called as a method of another object than the window.
    this.#fetch = (...request) => fetch(...request);
  }

  /** @throws LoomClientError `INVALID` for an id that a path cannot carry */
  stream(id: string, query: Query = {}): URL {
    return this.url(`/stream/${encodeId(id)}`, query);
  }

  /** @throws LoomClientError `INVALID` as `stream` */
  below(id: string, name: 'digest' | 'info' | 'matches' | 'wait', query: Query = {}): URL {
    return this.url(`/stream/${encodeId(id)}/${name}`, query);
  }

  url(path: string, query: Query = {}): URL {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value === true ? '' : String(value));
    }
    return url;
  }

  /** @throws LoomClientError `UNREACHABLE` without an answer; the signal's reason when it aborts */
  request(method: string, url: URL, options: RequestOptions): Promise<Response> {
    const headers = new Headers(options.headers);
    const id = ESCAPED_ID.exec(url.pathname)?.[1];
    // The server compares it with what arrives.
    if (id) headers.set('X-Stream-Id', id);
    if (this.#token !== undefined) headers.set('Authorization', `Bearer ${this.#token}`);
    // Redirects are not followed: a streamed body cannot be sent twice, and the token is for this server only.
    const init: RequestInit = { ...options, method, headers, redirect: 'manual' };
    return this.translateErrors(url, options.signal, () => this.#fetch(url, init));
  }

  /** Sends a request and reads its whole answer. @throws as `request`, also if the answer is cut */
  async requestBuffered(method: string, url: URL, options: RequestOptions): Promise<BufferedResponse> {
    const response = await this.request(method, url, options);
    return this.translateErrors(url, options.signal, () => readResponse(response));
  }

  /** Runs `work` and converts its errors. @throws LoomClientError; the signal's reason when it has aborted */
  async translateErrors<T>(url: URL, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw isClientError(error) ? error : explainFailure(error, url);
    }
  }
}

function parseBase(raw: string): string {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new LoomClientError('INVALID', `not an http:// or https:// URL: ${raw}`);
  }
  // The message quotes none of them: they may be secret.
  if (url.username + url.password + url.search + url.hash !== '') {
    throw new LoomClientError(
      'INVALID',
      "the server's URL must have no user name, password, query or fragment; pass a token instead",
    );
  }
  return url.href.replace(/\/+$/, '');
}

function checkedToken(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new LoomClientError('INVALID', 'the token contains characters that a header cannot carry');
  }
  return token;
}

/** URL parsers resolve `.` and `..` as path steps, encoded or not (WHATWG URL, 4.1). */
function encodeId(id: string): string {
  try {
    if (!/^\.{0,2}$/.test(id)) return encodeURIComponent(id);
  } catch {
    // It has half of a character.
  }
  throw new LoomClientError('INVALID', `not a stream id: "${id}"`);
}
