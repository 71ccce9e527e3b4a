import type { TokenScope } from '../../config/config';
import type { LogInfo } from '../../core/log/log';
import { RequestError } from '../errors/request-error';
import type { Principal } from './principal';

/** A request that has, or may have, a credential. */
interface Authenticated {
  /** @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
  principal(): Principal;
}

/**
 * Checks that a token has a scope, or one of several, for `id`; without `id`, for all streams that begin with its prefix.
 * @throws RequestError `FORBIDDEN`, `LINK_OTHER_STREAM`, `UNAUTHENTICATED`, `TOKEN_INVALID`
 */
export function authorize(
  request: Authenticated,
  scope: TokenScope | readonly TokenScope[],
  id?: string,
): Principal {
  const principal = request.principal();
  const isSufficient =
    typeof scope === 'string' ? principal.scopes.has(scope) : scope.some((one) => principal.scopes.has(one));
  if (!isSufficient) {
    throw forbidden(`The token does not have the scope "${[scope].flat().join('" or "')}"`);
  }
  assertReaches(principal, id);
  return principal;
}

/** Checks that the token has each of the scopes. @throws as `authorize` */
export function authorizeEach(request: Authenticated, scopes: readonly TokenScope[], id: string): void {
  for (const scope of scopes) authorize(request, scope, id);
}

/** Checks that the token has all of the scopes. `what` begins the sentence of the refusal, for example `force=true`. */
export function authorizeAll(
  request: Authenticated,
  scopes: readonly TokenScope[],
  id: string,
  what: string,
): void {
  const principal = request.principal();
  if (!scopes.every((one) => principal.scopes.has(one))) {
    throw forbidden(`${what} needs a token with the scopes "${scopes.join('" and "')}"`);
  }
  assertReaches(principal, id);
}

/** Checks that a token has a scope for all streams that begin with `prefix`. @throws as `authorize` */
export function authorizePrefix(request: Authenticated, scope: TokenScope, prefix: string): void {
  const principal = authorize(request, scope);
  if (!prefix.startsWith(principal.prefix)) throw beyond(principal.prefix);
}

/** Narrows a prefix to the ids that a token gives access to. @throws RequestError `FORBIDDEN` for a prefix beyond them */
export function restrictPrefix(prefix: string, reach: string): string {
  if (prefix.startsWith(reach)) return prefix;
  if (reach.startsWith(prefix)) return reach;
  throw beyond(reach);
}

/** Checks that a link to one generation is for the present one. @throws RequestError `LINK_REPLACED` */
export function assertSameGeneration(
  request: Authenticated,
  { generation }: Pick<LogInfo, 'generation'>,
): void {
  const wanted = request.principal().stream?.generation;
  if (wanted === undefined || wanted === generation) return;
  throw new RequestError(
    'LINK_REPLACED',
    'The stream of this link was replaced: the link is not for the new one',
  );
}

function assertReaches({ stream, prefix }: Principal, id: string | undefined): void {
  if (stream !== undefined && stream.id !== id)
    throw new RequestError('LINK_OTHER_STREAM', 'The link is for another stream, and for that one only');
  if (id !== undefined && !id.startsWith(prefix)) throw beyond(prefix);
}

function beyond(reach: string): RequestError {
  return forbidden(`The token reaches only streams whose ID starts with "${reach}"`);
}

function forbidden(message: string): RequestError {
  return new RequestError('FORBIDDEN', message, {
    'WWW-Authenticate': 'Bearer realm="loom", error="insufficient_scope"',
  });
}
