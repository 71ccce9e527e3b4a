import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TokenEntry, TokenScope } from '../../config/config';
import { SCOPES } from '../../config/tokens';
import { RequestError } from '../errors/request-error';

/** What the token of a request allows. */
export interface Access {
  readonly scopes: ReadonlySet<TokenScope>;
  /** It gives access only to ids with this prefix. */
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

/** Returns what the token of a request allows. `queried` is its `access_token` parameter. @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
export type Authenticator = (req: IncomingMessage, queried: string | undefined) => Access;

/** If there are no tokens, every request may do everything. */
export function createAuthenticator(tokens: readonly TokenEntry[]): Authenticator {
  const credentials = tokens.map(toCredential);
  if (credentials.length === 0) return () => EVERYTHING;
  return (req, queried) => identify(bearerOf(req) ?? queried, credentials);
}

/** Checks that a token has a scope, or one of several, for `id`. @throws RequestError `FORBIDDEN`, `UNAUTHENTICATED`, `TOKEN_INVALID` */
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

/** Checks that the token has all of the scopes. `what` begins the sentence of the refusal, for example `force=true`. */
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

/** Narrows a prefix to the ids that a token gives access to. @throws RequestError `FORBIDDEN` for a prefix beyond them */
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
  // All credentials are compared, so that the time does not depend on which one fits.
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

/** The relays have no ids with a prefix. So a token that is limited to a prefix has the scope `relay` only if it names it. */
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
