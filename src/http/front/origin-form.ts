import { RequestError } from '../errors/request-error';

/** The target of a request. */
export interface Target {
  /** Begins with a slash, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const ABSOLUTE = /^https?:\/\/[^/?]*(.*)$/i;
const NO_QUERY = new URLSearchParams();

/** The path and query of a request's target, which may also be a whole URL, as for a proxy (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = ABSOLUTE.exec(target)?.[1] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

export function splitTarget(target: string): Target {
  const url = originForm(target);
  const at = url.indexOf('?');
  if (at === -1) return { path: url, query: NO_QUERY };
  return { path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) };
}

/** Node also accepts fragments, and schemes whose host could not be checked (RFC 9112, 3.2). @throws RequestError `HTTP_MALFORMED` */
export function assertTarget(target: string): void {
  const isKnownForm = target.startsWith('/') || target === '*' || ABSOLUTE.test(target);
  if (isKnownForm && !target.includes('#')) return;
  throw new RequestError(
    'HTTP_MALFORMED',
    'The target of the request must be a path or a URL that begins with http:// or https://, without a fragment (#)',
  );
}
