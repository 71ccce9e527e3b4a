import { RequestError } from '../errors/request-error';

const ABSOLUTE = /^https?:\/\/[^/?]*(.*)$/i;

/** The path and query of a request's target, which may also be a whole URL, as for a proxy (RFC 9112, 3.2.2). */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = ABSOLUTE.exec(target)?.[1] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Node also hands on URLs of other schemes, whose host could not be checked, and fragments, which no client sends (RFC 9112, 3.2).
 * @throws RequestError `HTTP_MALFORMED`
 */
export function assertTarget(target: string): void {
  const isKnownForm = target.startsWith('/') || target === '*' || ABSOLUTE.test(target);
  if (isKnownForm && !target.includes('#')) return;
  throw new RequestError(
    'HTTP_MALFORMED',
    'The target of the request must be a path or a URL that begins with http:// or https://, without a fragment (#)',
  );
}
