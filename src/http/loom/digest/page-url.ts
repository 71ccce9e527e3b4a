import type { LogId } from '../../../core/log/log-id';
import { parameterInvalid, singleParameter } from '../../front/query';
import type { WireRequest } from '../../front/wire-request';

const URL_MAX = 2_000;

/**
 * The address of the stream and its page, for links. The server does not know the prefix that a proxy takes off the path: a client that
 * does gives the address of the server as `?url=`.
 * @throws RequestError `PARAMETER_INVALID`
 */
export function pageUrlOf({ serverUrl, query }: WireRequest, id: LogId): string {
  const given = singleParameter(query, 'url');
  const base = given === undefined ? parseBase(serverUrl) : (parseBase(given) ?? refuse(given));
  return `${base ?? ''}/stream/${encodeURIComponent(id).replaceAll(/[!'()*]/g, hexEscape)}`;
}

function parseBase(text: string): string | undefined {
  if (text.length > URL_MAX || !URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, href } = new URL(text);
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  return /^https?:$/.test(protocol) && isPlain ? href.replace(/\/+$/, '') : undefined;
}

function refuse(given: string): never {
  throw parameterInvalid('url', given, 'must be the http:// or https:// address of this server');
}

function hexEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
