import type { IncomingMessage } from 'node:http';

/** The credential in the headers of a request. @param ownHeader of a wire, in small letters; `Authorization` comes first */
export function credentialInHeaders(
  { headers }: Pick<IncomingMessage, 'headers'>,
  ownHeader?: string,
): string | undefined {
  const { authorization } = headers;
  const bearer = authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (bearer !== undefined || ownHeader === undefined) return bearer;
  return headers[ownHeader]?.toString() || undefined;
}
