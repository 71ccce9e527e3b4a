const ABSOLUTE = /^https?:\/\/[^/?]*(.*)$/i;

/** The path and query of a request's target, which may also be a whole URL, as for a proxy (RFC 9112, 3.2.2). */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = ABSOLUTE.exec(target)?.[1] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}
