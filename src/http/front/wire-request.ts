import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access/access';
import type { AuditedChange, AuditLog } from '../access/audit-log';
import { type Authentication, CredentialRefused } from '../access/authenticator';
import { credentialInHeaders } from '../access/presented-credential';
import type { Principal } from '../access/principal';
import { PacedBody } from '../body/paced-body';
import { hasBody } from '../errors/has-body';
import { RequestError } from '../errors/request-error';
import type { ResponseHeaders } from '../headers/content-headers';
import type { TrustedProxies } from '../proxies/trusted-proxies';
import type { RequestRecord } from './request-record';

/** What all requests of a server share. */
interface SharedByRequests {
  readonly access: Access;
  readonly proxies: TrustedProxies;
}

/** A request of any wire. A wire may add fields to it: a copy would cost memory for each client that waits. */
export class WireRequest {
  #authentication: Authentication | undefined;
  /** The credential is valid, but used too much. */
  #refusal: RequestError | undefined;
  #body: PacedBody | undefined;

  /** @param path begins with a slash, without the query, still percent-encoded @param wireHeaders of every answer of its wire */
  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
    readonly path: string,
    readonly query: URLSearchParams,
    /** What is kept of it until its response closes. */
    readonly record: RequestRecord,
    private readonly wireHeaders: ResponseHeaders,
    private readonly shared: SharedByRequests,
  ) {}

  /** Names whose request it is in the log. */
  get who(): string | undefined {
    const found = this.#authentication;
    if (found instanceof CredentialRefused) return found.who;
    return found === undefined || found instanceof RequestError || found.kind === 'anonymous'
      ? undefined
      : found.name;
  }

  /** Every answer carries them. */
  get baseHeaders(): ResponseHeaders {
    return { 'X-Request-Id': this.record.requestId, ...this.wireHeaders };
  }

  /** The client's IP address, also behind proxies that are trusted. `undefined` once its connection has closed. */
  get clientAddress(): string | undefined {
    return this.shared.proxies.addressOf(this.req);
  }

  /** Whether the client uses TLS, also if a proxy ends it. */
  get isViaTls(): boolean {
    return this.shared.proxies.isViaTls(this.req);
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

  /** Whose request it is. @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID`, `RATE_LIMITED` */
  principal(): Principal {
    const found = this.#authentication;
    if (found === undefined) throw new Error('The request was not authenticated');
    if (found instanceof RequestError) throw found;
    if (this.#refusal !== undefined) throw this.#refusal;
    return found;
  }

  /** Whether its headers have a valid credential: then no foreign page has sent it. */
  hasValidHeader(ownHeader: string | undefined): boolean {
    const isGiven =
      this.shared.access.authenticator.isRequired && credentialInHeaders(this.req, ownHeader) !== undefined;
    return isGiven && !(this.#authentication instanceof RequestError);
  }

  /** Its body, no faster than its token may send. */
  get body(): IncomingMessage | PacedBody {
    const { rates } = this.principal();
    if (rates?.areBytesLimited !== true) return this.req;
    this.#body ??= new PacedBody(this.req, (bytes) => rates.received(bytes));
    return this.#body;
  }

  /** The rest of its body is discarded, at any rate. */
  stopPacing(): void {
    this.#body?.destroy();
  }

  /** Records a change of a stream. */
  audit(what: AuditedChange, stream: Parameters<AuditLog['changed']>[1]): void {
    this.shared.access.audit.changed(what, stream, this.principal(), this.record);
  }

  #use(credential: string | undefined): Promise<void> | undefined {
    const found = this.shared.access.authenticator.authenticate(credential);
    if (found instanceof Promise) return found.then((later) => this.#begin(later));
    this.#begin(found);
    return undefined;
  }

  #begin(authentication: Authentication): void {
    this.#authentication = authentication;
    if (authentication instanceof RequestError) return;
    const { live } = this.shared.access;
    this.#refusal = authentication.rates?.refusalOf(live.count(authentication), hasBody(this.req));
    if (this.#refusal === undefined) live.add(authentication, this.res);
  }
}
