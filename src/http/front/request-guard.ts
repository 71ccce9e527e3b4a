import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config';
import { RequestError } from '../errors/request-error';
import { assertChunkedOnly } from '../headers/codings';
import { AllowedHosts } from './allowed-hosts';
import { Cors, isPreflight } from './cors';
import { assertTarget } from './origin-form';
import type { Wire } from './wire';
import type { WireRequest } from './wire-request';

const WHOLE_URL = /^https?:\/\/([^/?#]*)/i;
const QUOTED_MAX = 100;
/** No proper client sends such a request: what follows it on the connection is not read. */
const CLOSE = { Connection: 'close' } as const;

/**
 * Checks each request before anything else. It must name this server as its host, and a change must not come from a foreign page. A
 * request with a valid token in a header needs neither, because no foreign page has one.
 */
export class RequestGuard {
  readonly #hosts: AllowedHosts;
  readonly #cors: Cors;

  constructor(
    config: Pick<Config, 'http' | 'host' | 'listeners'>,
    private readonly wire: Omit<Wire, 'handle'>,
  ) {
    this.#hosts = new AllowedHosts(config);
    this.#cors = new Cors(wire.allowOrigin ?? config.http.allowOrigin);
  }

  /**
   * Checks a request, and answers a preflight.
   * @returns `answered` for a preflight
   * @throws RequestError `HOST_NOT_ALLOWED`, `ORIGIN_NOT_ALLOWED`; `HEADER_INVALID` without a `Host` or with two; `TRANSFER_ENCODING_UNSUPPORTED`,
   *   `EXPECTATION_UNSUPPORTED`; `HTTP_MALFORMED` for a target that is neither a path nor a URL of HTTP
   */
  check(request: WireRequest): 'allowed' | 'answered' {
    const { req, res, baseHeaders } = request;
    this.#cors.setHeaders(req, res);
    assertTarget(req.url ?? '');
    assertChunkedOnly(req);
    assertExpectation(req);
    const asksFirst = isPreflight(req);
    if (!asksFirst || !this.#cors.allows(req.headers.origin)) this.#assertAllowed(request);
    if (asksFirst) this.#cors.answerPreflight(req, res, baseHeaders);
    return asksFirst ? 'answered' : 'allowed';
  }

  #assertAllowed(request: WireRequest): void {
    const { req, path } = request;
    const hasToken = (): boolean => request.hasValidHeader(this.wire.tokenHeader);
    assertOneHost(req);
    const foreign = path === this.wire.probePath ? undefined : this.#foreignHost(req);
    if (foreign !== undefined && !hasToken()) throw hostNotAllowed(foreign);
    if (!this.#changes(req.method) || this.#mayChange(req) || hasToken()) return;
    throw originNotAllowed(req.headers.origin);
  }

  #changes(method: string | undefined): boolean {
    if (method === 'HEAD' || method === 'OPTIONS') return false;
    return method !== 'GET' || this.wire.takesByGet === true;
  }

  /** HTTP/1.0 may leave the host out; no browser does. */
  #foreignHost(req: IncomingMessage): string | undefined {
    const { host } = req.headers;
    if (host !== undefined && !this.#hosts.has(host, req.socket)) return host;
    const named = namedByTarget(req);
    return named === undefined || this.#hosts.has(named, req.socket) ? undefined : named;
  }

  /** A request without `Origin` and `Sec-Fetch-Site` counts as one of a program, such as curl. */
  #mayChange(req: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site, referer } = req.headers;
    if (origin === undefined && site === undefined) return true;
    if (this.#cors.allows(origin ?? originOf(referer))) return true;
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
    return origin === undefined || isSameHost(origin, namedByTarget(req) ?? req.headers.host ?? '');
  }
}

/** The host in a request's target that is a whole URL (RFC 9112, 3.2.2). */
function namedByTarget({ url = '' }: IncomingMessage): string | undefined {
  return url.startsWith('/') ? undefined : WHOLE_URL.exec(url)?.[1];
}

/** The scheme is left out: a proxy that speaks TLS changes it. */
function isSameHost(origin: string, host: string): boolean {
  const [, scheme = '', authority] = /^(https?):\/\/(.+)$/.exec(origin.toLowerCase()) ?? [];
  const written = host.toLowerCase();
  return authority === written || `${authority}:${scheme === 'https' ? 443 : 80}` === written;
}

function originOf(referer: string | undefined): string | undefined {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

/** Node takes the first one; a proxy in front may have taken another (RFC 9112, 3.2). */
function assertOneHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 0 && httpVersion !== '1.0')
    throw new RequestError('HEADER_INVALID', 'Host is missing', CLOSE);
  if (hosts > 1) throw new RequestError('HEADER_INVALID', 'Host is given more than once', CLOSE);
}

function hostNotAllowed(host: string): RequestError {
  return new RequestError(
    'HOST_NOT_ALLOWED',
    `The host ${quoted(host)} is not one of this server's. ` +
      'If it should be, list it in the setting http.hosts (LOOM_HTTP_HOSTS)',
  );
}

function originNotAllowed(origin: string | undefined): RequestError {
  const pages = origin === undefined ? 'Pages of another site' : `Pages of the origin ${quoted(origin)}`;
  return new RequestError(
    'ORIGIN_NOT_ALLOWED',
    `${pages} may not do this. If they should, list their origin in the setting http.allowOrigin (LOOM_HTTP_ALLOW_ORIGIN)`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text);
}

/** In HTTP/1.0 the header is ignored (RFC 9110, 10.1.1). @throws RequestError `EXPECTATION_UNSUPPORTED` */
function assertExpectation({ headers: { expect }, httpVersion }: IncomingMessage): void {
  if (expect === undefined || httpVersion === '1.0' || expect.toLowerCase() === '100-continue') return;
  throw new RequestError('EXPECTATION_UNSUPPORTED', 'The only expectation here is Expect: 100-continue');
}
