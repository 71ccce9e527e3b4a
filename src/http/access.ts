import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type { TokenEntry, TokenScope } from '../config/config';
import { SCOPES } from '../config/tokens';
import { RequestError } from './request-error';

/** What the token of a request allows. */
export interface Access {
  readonly scopes: ReadonlySet<TokenScope>;
  /** It reaches only ids that start so. */
  readonly prefix: string;
}

interface Credential extends Access {
  readonly digest: Buffer;
}

const EVERYTHING: Access = { scopes: new Set(SCOPES), prefix: '' };

/** Without tokens everyone may do everything. */
export function authenticate(tokens: readonly TokenEntry[]): Middleware {
  const credentials = tokens.map(toCredential);
  return async (ctx, next) => {
    ctx.state['access'] = credentials.length === 0 ? EVERYTHING : present(ctx, credentials);
    await next();
  };
}

/**
 * @param scope one of several is enough
 * @returns what the request's token allows, having checked the scope.
 * @throws RequestError `FORBIDDEN` when the token lacks the scope, or does not reach `id`
 */
export function authorize(ctx: Context, scope: TokenScope | readonly TokenScope[], id?: string): Access {
  const access: Access = ctx.state['access'];
  const sufficient = [scope].flat();
  if (!sufficient.some((one) => access.scopes.has(one))) {
    throw forbidden(`The token does not have the scope "${sufficient.join('" or "')}"`);
  }
  if (id !== undefined && !id.startsWith(access.prefix)) {
    throw beyond(access.prefix);
  }
  return access;
}

/** A token that reaches only some ids sees only those. @throws RequestError `FORBIDDEN` for a prefix beyond them */
export function within(prefix: string, reach: string): string {
  if (prefix.startsWith(reach)) return prefix;
  if (reach.startsWith(prefix)) return reach;
  throw beyond(reach);
}

function beyond(reach: string): RequestError {
  return forbidden(`The token reaches only streams whose ID starts with "${reach}"`);
}

function present(ctx: Context, credentials: readonly Credential[]): Access {
  const token = presentedToken(ctx);
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

function presentedToken(ctx: Context): string | undefined {
  const header = ctx.req.headers.authorization;
  const bearer = header === undefined ? undefined : /^bearer +(\S+) *$/i.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  const query = ctx.query['access_token'];
  return Array.isArray(query) ? query[0] : query;
}

function toCredential(entry: TokenEntry): Credential {
  if (typeof entry === 'string') return { ...EVERYTHING, digest: sha256(entry) };
  const digest = entry.sha256 === undefined ? sha256(entry.token ?? '') : Buffer.from(entry.sha256, 'hex');
  return { digest, scopes: new Set(entry.scopes ?? SCOPES), prefix: entry.prefix ?? '' };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function forbidden(message: string): RequestError {
  return new RequestError('FORBIDDEN', message, {
    'WWW-Authenticate': 'Bearer realm="loom", error="insufficient_scope"',
  });
}
