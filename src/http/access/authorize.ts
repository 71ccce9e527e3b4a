import type { TokenScope } from '../../config/config';
import { RequestError } from '../errors/request-error';
import type { Principal } from './principal';

/** A request that has, or may have, a credential. */
interface Authenticated {
  /** @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
  principal(): Principal;
}

/** Checks that a token has a scope, or one of several, for `id`. @throws RequestError `FORBIDDEN`, `UNAUTHENTICATED`, `TOKEN_INVALID` */
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
  if (id !== undefined && !id.startsWith(principal.prefix)) throw beyond(principal.prefix);
  return principal;
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
  if (!id.startsWith(principal.prefix)) throw beyond(principal.prefix);
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

function forbidden(message: string): RequestError {
  return new RequestError('FORBIDDEN', message, {
    'WWW-Authenticate': 'Bearer realm="loom", error="insufficient_scope"',
  });
}
