import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResponseHeaders } from '../headers/content-headers';
import type { Access, Authenticator } from './access';

/** A request of any wire. A wire may add fields to it: a copy would cost memory for each client that waits. */
export class WireRequest {
  #access: Access | undefined;

  /** @param path begins with a slash, without the query, still percent-encoded @param wireHeaders of every answer of its wire */
  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
    readonly path: string,
    readonly query: URLSearchParams,
    readonly requestId: string,
    private readonly wireHeaders: ResponseHeaders,
    private readonly accessOf: Authenticator,
  ) {}

  /** Every answer carries them. */
  get baseHeaders(): ResponseHeaders {
    return { 'X-Request-Id': this.requestId, ...this.wireHeaders };
  }

  /** Takes a token that the request has in another place than a request of the other wires. `Authorization` comes first. */
  useToken(token: string): void {
    this.#access = this.accessOf(this.req, token);
  }

  /** What its token allows. @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
  access(): Access {
    this.#access ??= this.accessOf(this.req, this.query.get('access_token') ?? undefined);
    return this.#access;
  }
}
