import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication, Authenticator } from '../access/authenticator';
import { credentialInHeaders } from '../access/presented-credential';
import type { Principal } from '../access/principal';
import { RequestError } from '../errors/request-error';
import type { ResponseHeaders } from '../headers/content-headers';
import type { TrustedProxies } from '../proxies/trusted-proxies';
import type { RequestRecord } from './request-record';

/** A request of any wire. A wire may add fields to it: a copy would cost memory for each client that waits. */
export class WireRequest {
  #authentication: Authentication | undefined;

  /** @param path begins with a slash, without the query, still percent-encoded @param wireHeaders of every answer of its wire */
  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
    readonly path: string,
    readonly query: URLSearchParams,
    /** What is kept of it until its response closes. */
    readonly record: RequestRecord,
    private readonly wireHeaders: ResponseHeaders,
    private readonly authenticator: Authenticator,
    private readonly proxies: TrustedProxies,
  ) {}

  /** Every answer carries them. */
  get baseHeaders(): ResponseHeaders {
    return { 'X-Request-Id': this.record.requestId, ...this.wireHeaders };
  }

  /** The client's IP address, also behind proxies that are trusted. `undefined` once its connection has closed. */
  get clientAddress(): string | undefined {
    return this.proxies.addressOf(this.req);
  }

  /** Whether the client uses TLS, also if a proxy ends it. */
  get isViaTls(): boolean {
    return this.proxies.isViaTls(this.req);
  }

  /** The address of this server, as the client or the proxy in front of it knows it, without a slash at the end. */
  get serverUrl(): string {
    return `${this.isViaTls ? 'https' : 'http'}://${this.req.headers.host ?? 'localhost'}`;
  }

  /**
   * Finds out whose request it is, from its headers or its query. The front door calls it before the wire sees the request.
   * @param ownHeader of the wire, in which its clients send a token
   * @returns a promise only if that takes time
   */
  authenticate(ownHeader: string | undefined): Promise<void> | undefined {
    const { query } = this;
    return this.#use(credentialInHeaders(this.req, ownHeader) ?? query.get('access_token') ?? undefined);
  }

  /** Takes a token that the request has in another place than a request of the other wires. One in its headers comes first. */
  async useToken(token: string, ownHeader?: string): Promise<void> {
    if (credentialInHeaders(this.req, ownHeader) === undefined) await this.#use(token);
  }

  /** Whose request it is. @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
  principal(): Principal {
    const found = this.#authentication;
    if (found === undefined) throw new Error('The request was not authenticated');
    if (found instanceof RequestError) throw found;
    return found;
  }

  /** Whether its headers have a valid credential: then no foreign page has sent it. */
  hasValidHeader(ownHeader: string | undefined): boolean {
    const isGiven = this.authenticator.isRequired && credentialInHeaders(this.req, ownHeader) !== undefined;
    return isGiven && !(this.#authentication instanceof RequestError);
  }

  #use(credential: string | undefined): Promise<void> | undefined {
    const found = this.authenticator.authenticate(credential);
    if (found instanceof Promise) {
      return found.then((later) => {
        this.#authentication = later;
      });
    }
    this.#authentication = found;
    return undefined;
  }
}
