import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TokenEntry, TokenScope } from '../../config/config';
import { SCOPES } from '../../config/tokens';
import { RequestError } from '../errors/request-error';

/** What the token of a request allows. */
export interface Access {
  readonly scopes: ReadonlySet<TokenScope>;
  /** It reaches only ids that start so. */
  readonly prefix: string;
}

/** A request that has, or may have, a token. */
interface Authenticated {
  /** @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
  access(): Access;
}

interface Credential extends Access {
  readonly digest: Buffer;
}

const EVERYTHING: Access = { scopes: new Set(SCOPES), prefix: '' };

/** Returns what a request may do; `queried` is its `access_token`, if it has one. @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
export type Authenticator = (req: IncomingMessage, queried: string | undefined) => Access;

/** Without tokens everyone may do everything. */
export function createAuthenticator(tokens: readonly TokenEntry[]): Authenticator {
  const credentials = tokens.map(toCredential);
  if (credentials.length === 0) return () => EVERYTHING;
  return (req, queried) => identify(bearerOf(req) ?? queried, credentials);
}

/**
 * @param scope one of several is enough
 * @returns what the request's token allows, having checked the scope.
 * @throws RequestError `FORBIDDEN` when the token lacks the scope, or does not reach `id`
 */
export function authorize(
  request: Authenticated,
  scope: TokenScope | readonly TokenScope[],
  id?: string,
): Access {
  const access = request.access();
  const isSufficient =
    typeof scope === 'string' ? access.scopes.has(scope) : scope.some((one) => access.scopes.has(one));
  if (!isSufficient) {
    throw forbidden(`The token does not have the scope "${[scope].flat().join('" or "')}"`);
  }
  if (id !== undefined && !id.startsWith(access.prefix)) throw beyond(access.prefix);
  return access;
}

/** As `authorize`, for what takes each of the scopes. `what` begins the sentence of the refusal, such as `force=true`. */
export function authorizeAll(
  request: Authenticated,
  scopes: readonly TokenScope[],
  id: string,
  what: string,
): void {
  const access = request.access();
  if (!scopes.every((one) => access.scopes.has(one))) {
    throw forbidden(`${what} needs a token with the scopes "${scopes.join('" and "')}"`);
  }
  if (!id.startsWith(access.prefix)) throw beyond(access.prefix);
}

/** A token that reaches only some ids sees only those. @throws RequestError `FORBIDDEN` for a prefix beyond them */
export function restrictPrefix(prefix: string, reach: string): string {
  if (prefix.startsWith(reach)) return prefix;
  if (reach.startsWith(prefix)) return reach;
  throw beyond(reach);
}

function beyond(reach: string): RequestError {
  return forbidden(`The token reaches only streams whose ID starts with "${reach}"`);
}

function identify(token: string | undefined, credentials: readonly Credential[]): Access {
  if (token === undefined) {
    throw new RequestError('UNAUTHENTICATED', 'This server needs a token: Authorization: Bearer <token>', {
      'WWW-Authenticate': 'Bearer realm="loom"',
    });
  }
  const digest = sha256(token);
  // Every credential is compared, equal or not, so that the time taken tells nothing.
  const matching = credentials.filter((credential) => timingSafeEqual(credential.digest, digest))[0];
  if (matching === undefined) {
    throw new RequestError('TOKEN_INVALID', 'The token is not valid', {
      'WWW-Authenticate': 'Bearer realm="loom", error="invalid_token"',
    });
  }
  return matching;
}

function bearerOf(req: IncomingMessage): string | undefined {
  const header = req.headers.authorization;
  return header === undefined ? undefined : /^bearer +(\S+) *$/i.exec(header)?.[1];
}

function toCredential(entry: TokenEntry): Credential {
  if (typeof entry === 'string') return { ...EVERYTHING, digest: sha256(entry) };
  const digest = entry.sha256 === undefined ? sha256(entry.token ?? '') : Buffer.from(entry.sha256, 'hex');
  const prefix = entry.prefix ?? '';
  return { digest, scopes: new Set(entry.scopes ?? scopesWithin(prefix)), prefix };
}

/** What the relays hold has no id that a prefix could be held against: a token that is limited to one must name their scope. */
function scopesWithin(prefix: string): readonly TokenScope[] {
  return prefix === '' ? SCOPES : SCOPES.filter((scope) => scope !== 'relay');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function forbidden(message: string): RequestError {
  return new RequestError('FORBIDDEN', message, {
    'WWW-Authenticate': 'Bearer realm="loom", error="insufficient_scope"',
  });
}
